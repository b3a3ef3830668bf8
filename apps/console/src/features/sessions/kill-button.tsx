import { useState } from 'react'
import { Dialog } from '../../components/dialog'
import { ErrorNote } from '../../components/notes'
import { useKill } from './session'

export function KillButton({ sessionId }: { readonly sessionId: string }) {
  const [asks, setAsks] = useState(false)
  const [reason, setReason] = useState('')
  const kill = useKill(sessionId)
  return (
    <>
      <button type="button" className="danger" onClick={() => setAsks(true)}>
        Kill session …
      </button>
      {asks && (
        <Dialog title="Kill this session?" onClose={() => setAsks(false)}>
          <form
            className="form"
            onSubmit={(event) => {
              event.preventDefault()
              kill.mutate(reason.trim(), { onSuccess: () => setAsks(false) })
            }}
          >
            <p>Its client and target are cut off at once. What ran stays done.</p>
            <label>
              Reason
              <input
                required
                pattern=".*\S.*"
                maxLength={500}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            </label>
            {kill.error && <ErrorNote error={kill.error} />}
            <div className="row">
              <button type="submit" className="danger" disabled={kill.isPending}>
                Kill it
              </button>
              <button type="button" onClick={() => setAsks(false)}>
                Keep it
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  )
}
