import { type ReactNode, useEffect } from 'react'

interface PageProps {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, aside, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Wardgate`
  }, [title])
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
        {aside}
      </header>
      {children}
    </>
  )
}
