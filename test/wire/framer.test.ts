import t from 'tap'
import fc from 'fast-check'
import { Framer, type FrameHandler, type Handling } from '../../src/wire/framer.js'

const frame = (tag: string, body: string): Buffer => {
  const bytes = Buffer.alloc(5 + body.length)
  bytes.write(tag, 0, 'latin1')
  bytes.writeInt32BE(4 + body.length, 1)
  bytes.write(body, 5, 'latin1')
  return bytes
}

class Recorder implements FrameHandler {
  readonly messages: string[] = []
  passedBytes = ''
  runs = 0
  readonly #handling: (tag: string) => Handling

  constructor(handling: (tag: string) => Handling) {
    this.#handling = handling
  }

  header(tag: number): Handling {
    return this.#handling(String.fromCharCode(tag))
  }

  message(_tag: number, bytes: Buffer, start: number, end: number): void {
    this.messages.push(bytes.toString('latin1', start, end))
  }

  passed(bytes: Buffer, start: number, end: number): void {
    this.runs++
    this.passedBytes += bytes.toString('latin1', start, end)
  }
}

const chunksOf = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

const frames = fc.array(fc.record({ tag: fc.constantFrom('P', 'C'), body: fc.string({ maxLength: 40, unit: 'binary-ascii' }) }), { maxLength: 20 })

t.test('collects and passes the same messages however the bytes are cut', async () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (list, sizes) => {
      const stream = Buffer.concat(list.map(({ tag, body }) => frame(tag, body)))
      const recorder = new Recorder(tag => (tag === 'P' ? 'pass' : 'collect'))
      const framer = new Framer(recorder)
      for (const chunk of chunksOf(stream, sizes)) framer.push(chunk)
      const whole = (wanted: string): string[] => list.filter(({ tag }) => tag === wanted).map(({ tag, body }) => frame(tag, body).toString('latin1'))
      return recorder.messages.join('|') === whole('C').join('|') && recorder.passedBytes === whole('P').join('') && framer.isIdle
    })
  )
})

t.test('adjacent passed messages of a chunk are one run', async t => {
  const recorder = new Recorder(() => 'pass')
  new Framer(recorder).push(Buffer.concat([frame('D', 'one'), frame('D', 'two'), frame('C', '')]))
  t.equal(recorder.runs, 1)
})

t.test('stop leaves the message unread, at any cut, and resume asks again', async t => {
  for (let size = 1; size <= 12; size++) {
    let isOpen = false
    const recorder = new Recorder(tag => (tag === 'S' && !isOpen ? 'stop' : 'collect'))
    const framer = new Framer(recorder)
    const stream = Buffer.concat([frame('A', 'x'), frame('S', 'yy'), frame('B', '')])
    for (const chunk of chunksOf(stream, [size])) framer.push(chunk)
    t.same(recorder.messages, [frame('A', 'x').toString('latin1')], `pieces of ${size}`)
    isOpen = true
    framer.resume()
    t.equal(recorder.messages.join(''), stream.toString('latin1'), `resumed, pieces of ${size}`)
  }
})

t.test('pause in a handler keeps the rest of the chunk for later', async t => {
  const seen: string[] = []
  const framer: Framer = new Framer({
    header: () => 'collect',
    message: (tag): void => {
      seen.push(String.fromCharCode(tag))
      framer.pause()
    },
    passed: () => t.fail('nothing passes')
  })
  framer.push(Buffer.concat([frame('A', ''), frame('B', ''), frame('C', 'z')]))
  t.same(seen, ['A'])
  framer.resume()
  t.same(seen, ['A', 'B'])
  framer.resume()
  t.same(seen, ['A', 'B', 'C'])
})

t.test('length words below four are refused, four is the smallest', async t => {
  for (const length of [3, 0, -1, -2147483648]) {
    const bytes = Buffer.alloc(5, 'Q')
    bytes.writeInt32BE(length, 1)
    for (const size of [1, 5]) {
      const framer = new Framer(new Recorder(() => 'collect'))
      t.throws(() => chunksOf(bytes, [size]).forEach(chunk => framer.push(chunk)), { code: 'protocol_violation' })
    }
  }
  const recorder = new Recorder(() => 'collect')
  new Framer(recorder).push(frame('S', ''))
  t.equal(recorder.messages.length, 1)
})

t.test('a lying header reserves no memory', async t => {
  const header = Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff])
  const before = process.memoryUsage().arrayBuffers
  const framer = new Framer(new Recorder(() => 'collect'))
  framer.push(header)
  t.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024)
})
