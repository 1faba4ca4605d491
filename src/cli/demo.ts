/** `pgveil demo`: a tour through the sample CRM in the terminal. It needs no keys and runs through by itself. */
import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { printNext, printStep } from './demo-print.js'
import { openStage, type Stage } from './demo-stage.js'
import { isAsPromised, tour, type Step } from './demo-tour.js'
import { printJson, progress } from './output.js'
import { Signals } from './signals.js'
import { readConfig, type Flags } from './start.js'

interface DemoOptions {
  readonly dataDir?: string
  readonly listen?: string
  readonly step?: true
  readonly json?: true
}

const EXIT_FAILURE = 1
const ANY_PORT = '127.0.0.1:0'

/** Waits for Enter, if somebody sits at a terminal to press it. */
const pause = async (): Promise<void> => {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  await terminal.question('\n   Enter goes on. ')
  terminal.close()
}

const run = async (stage: Stage, { step: isStepped, json }: DemoOptions, signals: Signals): Promise<void> => {
  const steps: Step[] = []
  for await (const step of tour(stage, new Date().toISOString())) {
    if (signals.isEnded) return
    if (isStepped && steps.length > 0) await pause()
    steps.push(step)
    if (json !== true) printStep(step)
  }
  const broken = steps.filter(step => !isAsPromised(step)).map(({ kind }) => kind)
  if (json) printJson({ ok: broken.length === 0, broken, auditLog: stage.auditLogPath, steps })
  else printNext(stage)
  if (broken.length === 0) return
  process.exitCode = EXIT_FAILURE
  progress(`pgveil: the demo did not show what it should: ${broken.join(', ')}`)
}

const demo = async (options: DemoOptions): Promise<void> => {
  const flags: Flags = options.dataDir === undefined ? {} : { dataDir: options.dataDir }
  const running = readConfig(options.listen === undefined ? flags : { ...flags, listen: options.listen })
  const signals = new Signals()
  try {
    // A tour of its own is nobody's server: any port will do.
    const stage = await openStage(running, options.listen === undefined ? readConfig({ ...flags, listen: ANY_PORT }) : running)
    try {
      await Promise.race([run(stage, options, signals), signals.ended])
    } finally {
      await stage.close()
    }
  } finally {
    signals.release()
  }
}

/** The command `demo`. */
export const demoCommand = (): Command =>
  new Command('demo')
    .description('a tour: what each account sees, what is stored, what is refused, and what the log says')
    .option('--data-dir <DIR>', 'where the demo lives (default: .pgveil); one that runs there is used, else one is started for the tour')
    .option('--listen <HOST:PORT>', 'where the proxy of a running demo listens (default: 127.0.0.1:6432)')
    .option('--step', 'wait for Enter between the steps')
    .option('--json', 'print what was found as one JSON document')
    .action(demo)
