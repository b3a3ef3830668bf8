/**
 * Whether a sed script is made of what only reads and prints: addresses, and the commands d D g G h H l n N p P q Q
 * x = y and s with the flags g i I m M p and numbers. `e`, `w`, `W`, `r`, `R` and everything else is not.
 */
export function readSedScript(script: string): boolean {
  let rest = script
  while (rest.length > 0) {
    const next = afterCommand(rest.replace(/^[\s;{}]+/, ''))
    if (next === undefined) return false
    rest = next
  }
  return true
}

function afterCommand(text: string): string | undefined {
  if (text === '') return ''
  const command = afterAddress(text)
  if (command === undefined) return undefined
  const letter = command.charAt(0)
  if (letter === '{') return command.slice(1)
  if (/[dDgGhHlnNpPx=]/.test(letter)) return ended(command.slice(1))
  if (/[qQ]/.test(letter)) return ended(command.slice(1).replace(/^\s*\d+/, ''))
  return letter === 's' || letter === 'y' ? afterReplacement(command) : undefined
}

function ended(text: string): string | undefined {
  return /^\s*(?:[;}\n]|$)/.test(text) ? text.replace(/^[^\S\n]*[;}\n]?/, '') : undefined
}

function afterReplacement(command: string): string | undefined {
  const delimiter = command.charAt(1)
  if (!/^[!-[\]-~]$/.test(delimiter)) return undefined
  const pattern = afterDelimited(command.slice(2), delimiter)
  const replacement = pattern === undefined ? undefined : afterDelimited(pattern, delimiter)
  if (replacement === undefined) return undefined
  return ended(command.startsWith('s') ? replacement.replace(/^[giImMp0-9]+/, '') : replacement)
}

/** A delimiter within brackets ends the expression in some versions of sed and not in others, so it is refused. */
function afterDelimited(text: string, delimiter: string): string | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\') at += 1
    else if (character === delimiter) return text.slice(at + 1)
    else if (character === '[') {
      const close = text.indexOf(']', at + 2)
      if (close < 0 || text.slice(at, close).includes(delimiter)) return undefined
      at = close
    }
  }
  return undefined
}

function afterAddress(text: string): string | undefined {
  let rest: string | undefined = text
  for (let count = 0; count < 2; count += 1) {
    rest = afterOneAddress(rest)
    if (rest === undefined) return undefined
    if (!/^\s*,/.test(rest)) break
    rest = rest.replace(/^\s*,\s*[+~]?/, '')
  }
  return rest.replace(/^\s*!?\s*/, '')
}

function afterOneAddress(text: string): string | undefined {
  const line = /^(?:\d+(?:~\d+)?|\$)/.exec(text)?.[0]
  if (line !== undefined) return text.slice(line.length)
  if (!text.startsWith('/')) return text
  return afterDelimited(text.slice(1), '/')?.replace(/^[IM]+/, '')
}
