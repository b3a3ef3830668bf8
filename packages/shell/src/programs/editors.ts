import { each, type ProgramTable } from './program'

/** Programs with a language or a prompt of their own, from which anything can be run. */
export const editors: ProgramTable = {
  ...each(
    'vi vim nvim view vimdiff rvim ex ed emacs emacsclient nano pico joe mcedit mc ranger visudo vipw crontab',
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
  ...each('less more most man info top htop', ({ name }, work) => {
    if (work.terminal) work.opaque(`${name} on a terminal can start a shell`)
  }),
}
