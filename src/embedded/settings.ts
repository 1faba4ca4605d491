import { ProxyError } from '../errors.js'

/**
 * The server's configuration file. It stands in our folder, not in the data: initdb's own file is read first and ours
 * wins. Loopback only and no Unix socket, since the socket's folder would be open to every local account.
 */
export const settingsFile = (dataFolder: string, port: number, settings: Readonly<Record<string, string>>): string => {
  const rows = { ...DEFAULTS, ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port) }
  const lines = Object.entries(rows).map(([name, value]) => `${settingName(name)} = ${quote(value)}`)
  return [`include ${quote(`${dataFolder}/postgresql.conf`)}`, ...lines, ''].join('\n')
}

const DEFAULTS: Readonly<Record<string, string>> = { timezone: 'UTC', log_timezone: 'UTC', password_encryption: 'scram-sha-256' }

const settingName = (name: string): string => {
  if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) throw new ProxyError('embedded_failed', { reason: 'a setting has no valid name' })
  return name
}

// Backslashes are escapes in this file's strings (PostgreSQL, guc-file.l).
const quote = (value: string): string => {
  if (/[\n\r\0]/.test(value)) throw new ProxyError('embedded_failed', { reason: 'a setting has a line break' })
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
