/** Rows of COPY in text and CSV format. */
export { createCopyIn, type CopyIn, type CopyInOptions, type SealField } from './in-stream.js'
export { createCopyOut, type CopyOut, type RevealField } from './out-row.js'
