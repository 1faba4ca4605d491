/** Every bound of the proxy, with its reason. Lengths are bytes unless the name says otherwise. */

/** MAX_STARTUP_PACKET_LENGTH of the server (protocol.md 2.1). */
export const STARTUP_BYTES_MAX = 10_000
/** Authentication messages: PG_MAX_AUTH_TOKEN_LENGTH of the server. */
export const AUTH_BYTES_MAX = 65_535
/** C D E H S X c f: PQ_SMALL_MESSAGE_LIMIT of the server. */
export const SMALL_MESSAGE_BYTES_MAX = 10_000
/** Q P B F d: PQ_LARGE_MESSAGE_LIMIT of the server (MaxAllocSize - 1). Also the most that we may send after rewriting. */
export const LARGE_MESSAGE_BYTES_MAX = 0x3fff_fffe
/** The longest message which is held whole in order to inspect it. Longer ones that need no inspection stream through. */
export const INSPECTED_MESSAGE_BYTES_MAX: number = 128 * 1024 * 1024
/**
 * Requests in flight on one connection; a client that pipelines more waits for answers. An error looks at all of them. More
 * than the server may owe without being asked to flush: 8 KiB of its output buffer in answers of 5 bytes.
 */
export const REQUESTS_IN_FLIGHT_MAX = 4_096
/** Prepared statements and portals remembered for one connection. */
export const STATEMENTS_MAX = 10_000
export const PORTALS_MAX = 10_000
/** Bytes of SQL text which the planner accepts; parsing takes time linear in it (20,000-row VALUES took 49 ms). */
export const SQL_BYTES_MAX: number = 16 * 1024 * 1024
/** Entries and summed text bytes of the plan cache. */
export const PLANS_CACHED_MAX = 2_000
export const PLANS_CACHED_BYTES_MAX: number = 32 * 1024 * 1024
/** Nesting of containers (array in record in json …) and of views in views that is followed; deeper is masked or refused. */
export const CONTAINER_DEPTH_MAX = 16
export const VIEW_DEPTH_MAX = 32
/** Opening attempts inside one value: a value stuffed with forged tokens must not choose how long we work. */
export const TOKENS_PER_VALUE_MAX = 100_000
/** `equality` values must fit a btree page after sealing (design.md 2). */
export const EQUALITY_BYTES_MAX = 1_800
/** Read size and write-coalescing size of a socket. */
export const SOCKET_BUFFER_BYTES: number = 64 * 1024
export const CONNECTIONS_MAX = 5_000
export const STARTUP_SECONDS_MAX = 30
/** Policy files: a person writes them. */
export const POLICY_FILE_BYTES_MAX: number = 4 * 1024 * 1024
/** Access log: names chosen by a client, the normalised text of a statement (in characters), and one line. */
export const AUDIT_NAME_CHARACTERS_MAX = 64
export const AUDIT_TEXT_CHARACTERS_MAX = 8_192
export const AUDIT_LINE_BYTES_MAX: number = 1024 * 1024
/** People whose references stand in an event, and people who are counted exactly. */
export const AUDIT_REFS_MAX = 200
export const AUDIT_SUBJECTS_MAX = 10_000
/** Events after which a chain's head is signed even within a second. */
export const AUDIT_HEAD_EVENTS_MAX = 1_000
/** Keyring files: a field takes some 300 bytes, so this is room for 50,000 fields. */
export const KEYRING_FILE_BYTES_MAX: number = 16 * 1024 * 1024
/** A passphrase is typed by a person or made by a password store. */
export const PASSPHRASE_BYTES_MAX = 4096
/** Opening a connection to the database server, TLS included. */
export const UPSTREAM_SECONDS_MAX = 10
/** How long a cancel request may wait for the server to act on it. */
export const CANCEL_SECONDS_MAX = 10
/** How long transactions may go on after SIGTERM. */
export const SHUTDOWN_SECONDS_MAX = 30
/** After our last byte, how long the other side may take to close as well. */
export const LINGER_SECONDS_MAX = 5
/** Connections over CONNECTIONS_MAX which are told so; still more are closed without a word. */
export const REFUSED_CONNECTIONS_MAX = 256
/** Between two looks at the catalogue, when no statement asks for one. */
export const CATALOG_REFRESH_SECONDS = 15
/** pgveil.yaml: a person writes it. */
export const CONFIG_FILE_BYTES_MAX: number = 64 * 1024
