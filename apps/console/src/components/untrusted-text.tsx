import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { census, excerpt, mostShown, showCharacters, type Segment } from './show-characters'

/** A statement as it will run, to the last character; long ones begin with their head and tail. */
export function UntrustedText({ text, label }: { readonly text: string; readonly label: string }) {
  const [showsAll, setShowsAll] = useState(false)
  const parts = useMemo(() => excerpt(text), [text])
  // An interactive shell is asked for without one.
  if (text === '') return <p className="note">It has no text.</p>
  return (
    <div className="untrusted">
      <Warnings text={text} />
      {parts && !showsAll ? (
        <>
          <Code text={parts.head} label={`${label}, beginning`} />
          <p className="untrusted-gap">
            <span>
              {count(parts.leftOutLines, 'line')} and {count(parts.leftOutCharacters, 'character')}{' '}
              not shown here
            </span>
            <button type="button" onClick={() => setShowsAll(true)}>
              Show all
            </button>
          </p>
          <Code text={parts.tail} label={`${label}, end`} />
        </>
      ) : (
        <Code text={text.slice(0, mostShown)} label={label} />
      )}
      {showsAll && text.length > mostShown && (
        <p className="note note-danger">
          Only the first {count(mostShown, 'character')} are shown. Read the rest with the wardgate
          CLI before you decide.
        </p>
      )}
      {parts && <Measure text={text} />}
    </div>
  )
}

function Code({ text, label }: { readonly text: string; readonly label: string }) {
  const segments = useMemo(() => showCharacters(text), [text])
  return (
    <pre className="code" tabIndex={0} role="region" aria-label={label} dir="ltr">
      <code>
        {segments.map((segment, at) => (
          <Shown key={at} segment={segment} />
        ))}
      </code>
    </pre>
  )
}

/** Untrusted text within a line of ours. */
export function Untrusted({ text }: { readonly text: string }) {
  const segments = useMemo(() => showCharacters(text), [text])
  return (
    <bdo dir="ltr" className="untrusted-inline">
      {segments.map((segment, at) => (
        <Shown key={at} segment={segment} />
      ))}
    </bdo>
  )
}

function Shown({ segment }: { readonly segment: Segment }) {
  if (segment.kind === 'hidden')
    return (
      <span className="hidden-character" title={segment.name || 'invisible or control character'}>
        {segment.codePoint}
      </span>
    )
  return segment.kind === 'plain' ? segment.text : <span className="foreign">{segment.text}</span>
}

function Warnings({ text }: { readonly text: string }) {
  const { hidden, foreign } = useMemo(() => census(text), [text])
  return (
    <>
      {hidden > 0 && (
        <p className="note note-danger">
          Holds {count(hidden, 'invisible or control character')}, shown as code points. They can
          make a statement look like another one.
        </p>
      )}
      {foreign > 0 && (
        <p className="note">
          Characters outside ASCII are underlined: some look like ASCII letters and are not.
        </p>
      )}
    </>
  )
}

function Measure({ text }: { readonly text: string }) {
  const digest = useDigest(text)
  const lines = text.split('\n').length
  return (
    <p className="measure">
      {count(lines, 'line')}, {count(text.length, 'character')} · SHA-256 <code>{digest}</code>
    </p>
  )
}

function useDigest(text: string): string {
  // Browsers give this API to secure origins only.
  const available = isSecureContext
  const { data } = useQuery({
    queryKey: ['digest', text],
    enabled: available,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async () => {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(
        '',
      )
    },
  })
  return available ? (data ?? '…') : 'needs HTTPS'
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`
}
