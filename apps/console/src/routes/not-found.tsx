import { Link } from 'react-router'
import { Page } from '../components/page'

export function NotFound() {
  return (
    <Page title="There is no such page">
      <p>
        The address may be cut. <Link to="/">Go to the start</Link>.
      </p>
    </Page>
  )
}
