/** A place in a policy file. Lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One thing that is wrong in a policy file, or in a warning only doubtful. `reason` quotes the file, never data. */
export interface Problem extends Position {
  readonly source: string
  readonly reason: string
}

/** A policy file as the operator gave it: `path` is only quoted in problems, nothing here opens it. */
export interface PolicyFile {
  readonly path: string
  readonly text: string
}
