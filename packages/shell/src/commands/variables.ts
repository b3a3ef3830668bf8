/** Variables that programs and shells take as a matter of course, and that make none of them run something else. */
const harmless = new Set(
  'LANG LANGUAGE TZ TERM COLUMNS LINES NO_COLOR CLICOLOR FORCE_COLOR CI DEBIAN_FRONTEND PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE NODE_ENV RAILS_ENV RUST_BACKTRACE GIT_TERMINAL_PROMPT POSIXLY_CORRECT DEBUG'.split(
    ' ',
  ),
)

/** Whether setting this for a program changes nothing but words, numbers and colours. */
export function isHarmlessVariable(name: string): boolean {
  return harmless.has(name) || /^LC_[A-Z]+$/.test(name)
}

const ofTheShell =
  /^(?:PATH|CDPATH|ENV|IFS|PS[0-4]|HOME|SHELL|SHELLOPTS|PROMPT_COMMAND|GLOBIGNORE|HISTFILE|FPATH|EXECIGNORE|TMOUT|MAIL\w*|OPT\w+|BASH\w*|LD_\w+|DYLD_\w+)$/

/** Names that are usually exported already, so that a plain assignment reaches programs too. */
const ofPrograms =
  /^(?:GIT|SSH|LESS|PYTHON|PERL|RUBY|GEM|BUNDLE|NODE|NPM|JAVA|JDK|MAKE|TAR|GREP|RSYNC|CVS|DOCKER|KUBE|CURL|WGET|OPENSSL|GCONV|NIX|PG|MYSQL|AWS|LOC|RES|XDG|GPG|GTK|QT|TMP|PIP|MAN|SYSTEMD|TERMINFO|VIM|EDITOR|VISUAL|BROWSER|CLASSPATH)|(?:PAGER|EDITOR|_RSH|_OPTIONS|_OPTS|PROXY|_CONFIG|_HOME|_PATH|FLAGS)$/i

/** Whether a plain assignment may change what later commands mean. */
export function isMeaningfulVariable(name: string): boolean {
  if (isHarmlessVariable(name)) return false
  return ofTheShell.test(name) || (/^[A-Z]|_proxy$|^npm_/.test(name) && ofPrograms.test(name))
}
