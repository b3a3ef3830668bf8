import { valueOf } from '../words/argument'
import { each, type ProgramTable } from './program'

/** Programs with a language or a prompt of their own, from which anything can be run. */
export const editors: ProgramTable = {
  ...each(
    'vi vim nvim view vimdiff rvim ex ed emacs emacsclient nano pico joe mcedit mc ranger visudo vipw crontab gvim micro hx kak nvi jed',
    ({ name }, work) => {
      work.opaque(`${name} can run any command`)
    },
  ),
  ...each(
    'psql mysql mariadb sqlite3 mongo mongosh redis-cli sqlplus clickhouse-client cqlsh influx',
    ({ name }, work) => {
      work.opaque(`${name} runs statements and commands that are not judged here`)
    },
  ),
  ...each('dc bc m4 gnuplot octave maxima R ghci jshell irb', ({ name }, work) => {
    work.opaque(`${name} runs a text of its own language`)
  }),
  ...each('w3m lynx links elinks mutt alpine nnn vifm fzf sk ncdu', ({ name }, work) => {
    work.opaque(`${name} takes commands from its terminal or its configuration`)
  }),
  ...each(
    'less more most man info top htop bat batcat zless zmore pg delta apt apt-get aptitude dpkg',
    ({ name }, work) => {
      if (work.terminal) work.opaque(`${name} on a terminal can start a shell`)
    },
  ),
  ...each(
    'systemctl journalctl loginctl timedatectl localectl hostnamectl networkctl coredumpctl resolvectl machinectl aws gh',
    ({ name, args }, work) => {
      if (
        work.terminal &&
        !args.some((argument) => /^--no-p|^--no-cli-p/.test(valueOf(argument) ?? ''))
      )
        work.opaque(`${name} on a terminal shows its output in a pager, which can start a shell`)
    },
  ),
}
