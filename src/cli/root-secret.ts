/** Finds the secret that unlocks the keyring: passphrase file, then PGVEIL_ROOT_KEY, then a prompt. */
import { parseRootKey, type RootSecret } from '../crypto/root-secret.js'
import { ProxyError } from '../errors.js'
import { PASSPHRASE_BYTES_MAX } from '../limits.js'
import { readBoundedFile } from './keyring-store.js'

/** `new`: for a keyring that is being made, so a prompt asks twice. */
export type SecretUse = 'new' | 'existing'

const NO_SECRET =
  'no root key: set PGVEIL_ROOT_KEY (make one with: openssl rand -base64 32), or give --passphrase-file'

const asPassphrase = (text: string): RootSecret => {
  if (text.length === 0) throw new ProxyError('config_invalid', { reason: 'the passphrase is empty' })
  return { kind: 'passphrase', text: Buffer.from(text, 'utf8') }
}

// An editor ends the file with a line break that nobody means to be part of the passphrase.
const fromFile = (path: string): RootSecret => asPassphrase(readBoundedFile(path, PASSPHRASE_BYTES_MAX).replace(/\r?\n$/, ''))

const ENTER = /[\r\n]/
const INTERRUPT = '\u0003'
const ERASE = new Set(['\u007f', '\b'])

/** One line typed without echo. */
const askHidden = (question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let typed = ''
    const finish = (): void => {
      process.stdin.off('data', take)
      process.stdin.setRawMode(false)
      process.stdin.pause()
      process.stderr.write('\n')
    }
    const take = (chunk: Buffer): void => {
      for (const character of chunk.toString('utf8')) {
        if (character === INTERRUPT) {
          finish()
          return reject(new ProxyError('config_invalid', { reason: 'no passphrase was given' }))
        }
        if (ENTER.test(character)) {
          finish()
          return resolve(typed)
        }
        typed = ERASE.has(character) ? Array.from(typed).slice(0, -1).join('') : typed + character
      }
    }
    process.stderr.write(question)
    process.stdin.setRawMode(true)
    process.stdin.resume()
    process.stdin.on('data', take)
  })

const fromPrompt = async (use: SecretUse): Promise<RootSecret> => {
  const passphrase = await askHidden('Passphrase of the keyring: ')
  if (use === 'new' && (await askHidden('The same again: ')) !== passphrase) throw new ProxyError('config_invalid', { reason: 'the passphrases differ' })
  return asPassphrase(passphrase)
}

/**
 * The secret for a keyring. Throws `config_invalid` when there is none or it is malformed, `file_unreadable` for the
 * passphrase file. No message repeats any of it.
 */
export const findRootSecret = async (passphraseFile: string | undefined, use: SecretUse): Promise<RootSecret> => {
  if (passphraseFile !== undefined) return fromFile(passphraseFile)
  const rootKey = process.env['PGVEIL_ROOT_KEY']
  if (rootKey !== undefined && rootKey !== '') return parseRootKey(rootKey)
  if (process.stdin.isTTY && process.stderr.isTTY) return fromPrompt(use)
  throw new ProxyError('config_invalid', { reason: NO_SECRET })
}
