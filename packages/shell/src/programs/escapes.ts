import type { Work } from '../commands/work'
import { type Argument, mayHideOption, prefixOf, valueOf } from '../words/argument'
import { type ProgramTable, type ReadProgram } from './program'

interface Escape {
  /** Letters of short options that run a program, load code or read more options from a file. */
  readonly short?: string
  /** Long ones; they may be abbreviated. */
  readonly long?: string
  /** Programs whose long options have one dash. */
  readonly singleDash?: string
  /** Whether `@file` stands for more arguments. */
  readonly responseFiles?: boolean
  /** Other forms. */
  readonly pattern?: RegExp
}

/** Programs of its own that a compiler starts may be others, and so may the options that it hands to them. */
const compiler: Escape = {
  short: 'B',
  singleDash:
    'wrapper fplugin specs load fuse-ld Wl, Wa, Wp, Xlinker Xassembler Xpreprocessor Xclang',
  responseFiles: true,
}

/** Programs that are harmless but for some options. */
const table: Readonly<Record<string, Escape>> = {
  tar: {
    short: 'IF',
    long: 'checkpoint-action to-command use-compress-program rsh-command info-script new-volume-script rmt-command',
    // A name with a colon is a file on another machine, fetched by a program.
    pattern: /^(?:-\w*f|--file=)?[^/]*:/,
  },
  bsdtar: { long: 'use-compress-program' },
  zip: { long: 'unzip-command', pattern: /^-\w*TT/ },
  '7z': { responseFiles: true },
  sort: { long: 'compress-program' },
  split: { long: 'filter' },
  diff3: { long: 'diff-program' },
  // With -o it takes commands, of which one starts an editor.
  sdiff: { short: 'o', long: 'diff-program output' },
  install: { long: 'strip-program' },
  curl: {
    short: 'K',
    long: 'config engine proto-redir proto-default libcurl unix-socket abstract-unix-socket variable',
    pattern: /^--expand-/,
    responseFiles: true,
  },
  wget: { short: 'ei', long: 'execute use-askpass config input-file' },
  scp: { short: 'SFoDJ' },
  sftp: { short: 'SFobDJB' },
  nc: { short: 'ec', long: 'exec sh-exec lua-exec' },
  ncat: { short: 'ec', long: 'exec sh-exec lua-exec' },
  netcat: { short: 'ec', long: 'exec sh-exec lua-exec' },
  nmap: { long: 'script interactive' },
  tcpdump: { short: 'zwV' },
  man: { short: 'PH', long: 'pager html' },
  less: { short: 'kOo', long: 'lesskey log-file', pattern: /^\+/ },
  more: { pattern: /^\+/ },
  rg: { long: 'pre hostname-bin' },
  fd: { short: 'xX', long: 'exec exec-batch' },
  gcc: compiler,
  cc: compiler,
  'g++': compiler,
  clang: compiler,
  ld: { responseFiles: true, long: 'plugin', singleDash: 'plugin' },
  java: {
    singleDash: 'agentlib agentpath javaagent XX:OnError XX:OnOutOfMemoryError',
    responseFiles: true,
  },
  javac: { responseFiles: true, singleDash: 'processor J' },
  apt: { short: 'oc', long: 'option config-file' },
  'apt-get': { short: 'oc', long: 'option config-file' },
  dpkg: { long: 'pre-invoke post-invoke path-exclude', short: 'i' },
  // Its words may be cut short.
  ip: { short: 'b', pattern: /^(?:netns?|e|ex|exe|exec|-force)$/ },
  tc: { short: 'b' },
  bridge: { short: 'b' },
  tshark: { short: 'XK' },
  // The name of a service is a file in a folder, which another may be reached from.
  service: { pattern: /\// },
  'invoke-rc.d': { pattern: /\// },
  systemctl: {
    short: 'H',
    long: 'host root image',
    pattern: /^(?:edit|link|import-environment|set-environment|\/.*)$/,
  },
  // A pattern of cores names a program, and a module is code.
  sysctl: { short: 'w', long: 'write', pattern: /=/ },
  date: { short: 's', long: 'set' },
  'ssh-keygen': { short: 'DwO' },
  'ssh-add': { short: 's' },
  'ssh-agent': { pattern: /^[^-]/ },
  pip: { long: 'config-settings global-option install-option editable' },
  npm: { pattern: /^(?:exec|x|explore|--script-shell.*|config|set)$/ },
  yarn: { pattern: /^(?:exec|dlx|config)$/ },
  pnpm: { pattern: /^(?:exec|dlx|config)$/ },
  go: { pattern: /^(?:run|generate|tool|-toolexec.*|-exec.*|-vettool.*|env)$/ },
  cargo: { pattern: /^(?:run|r|install|--config.*)$/ },
  exiftool: { singleDash: 'config', pattern: /^-if/ },
  convert: { pattern: /^(?:msl|ephemeral|https?|mvg|\|):?|@/ },
  ffmpeg: { pattern: /^(?:concat|subfile|pipe):/ },
  journalctl: { long: 'pager root image' },
  dmesg: { short: 'H', long: 'human' },
  aws: { pattern: /^(?:ssm|execute-command|configure)$/ },
  gcloud: { pattern: /^(?:ssh|scp|start-iap-tunnel)$/ },
  az: { pattern: /^(?:run-command|ssh|bastion|extension)$/ },
  openssl: { singleDash: 'engine provider provider-path config' },
}

function reader(escape: Escape): ReadProgram {
  return ({ name, args }, work) => {
    for (const argument of args) {
      const text = prefixOf(argument)
      if (
        valueOf(argument) === '--' &&
        escape.pattern === undefined &&
        escape.responseFiles !== true
      )
        return
      if (mayHideOption(argument) && !isKnownLongOption(text, argument)) {
        work.opaque(`an argument of ${name} that is not known may be an option that runs a program`)
        return
      }
      refuse(name, text, escape, work)
    }
  }
}

function isKnownLongOption(text: string, argument: Argument): boolean {
  return (
    /^--[\w-]+=/.test(text) &&
    !argument.segments.some((item) => item.kind === 'unknown' && item.many)
  )
}

function refuse(name: string, text: string, escape: Escape, work: Work): void {
  const long = /^--([\w-]+)/.exec(text)?.[1]
  const hit =
    (long !== undefined && words(escape.long).some((option) => option.startsWith(long))) ||
    (/^-[^-]/.test(text) &&
      (escape.short ?? '').split('').some((letter) => /^-\w*/.exec(text)?.[0].includes(letter))) ||
    words(escape.singleDash).some(
      (option) => text.startsWith(`-${option}`) || text.startsWith(`--${option}`),
    ) ||
    (escape.responseFiles === true && text.startsWith('@')) ||
    escape.pattern?.test(text) === true
  if (hit) work.opaque(`${name} with ${shown(text)} may run something that is not seen here`)
}

/** Options only: other arguments may be secrets. */
function shown(text: string): string {
  return /^--?[\w-]+/.exec(text)?.[0] ?? 'such an argument'
}

function words(list: string | undefined): readonly string[] {
  return list === undefined ? [] : list.split(' ')
}

export const escapes: ProgramTable = Object.fromEntries(
  Object.entries(table).map(([name, escape]) => [name, reader(escape)]),
)
