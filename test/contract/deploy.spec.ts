import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments, parse } from 'yaml'
import { envSchema as agentSchema } from '../../apps/agent/src/config/env'
import { envSchema as controlPlaneSchema } from '../../apps/control-plane/src/config/env'
import { readConfig } from '../../apps/control-plane/src/config/env'

const deploy = join(__dirname, '../../deploy')
const manifests = readdirSync(join(deploy, 'kubernetes')).filter(
  (name) => name !== 'kustomization.yaml',
)
const templates = join(deploy, 'helm/wardgate/templates')

interface EnvEntry {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: object
}

interface Container {
  readonly name: string
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env: readonly EnvEntry[]
  readonly securityContext: object
  readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
  readonly resources: { readonly limits: { readonly memory: string } }
}

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly selector: Record<string, string> & { readonly matchLabels?: Record<string, string> }
    readonly ports?: readonly { readonly name: string; readonly targetPort: string }[]
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> }
      readonly spec: { readonly securityContext: object; readonly containers: readonly [Container] }
    }
  }
}

const resources = manifests.flatMap((name) =>
  parseAllDocuments(readFileSync(join(deploy, 'kubernetes', name), 'utf8')).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as Resource
  }),
)
const workloads = resources.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))
const schemas = { 'control-plane': controlPlaneSchema, agent: agentSchema } as const

describe.each(workloads.map((workload) => [workload.metadata.name, workload] as const))(
  'deploy/kubernetes %s',
  (_name, workload) => {
    const { template } = workload.spec
    const [container] = template.spec.containers
    const schema = container.name === 'agent' ? schemas.agent : schemas['control-plane']

    it('sets keys that its configuration has, each once, and no secret in the clear', () => {
      const names = container.env.map(({ name }) => name)
      expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(names))
      expect(new Set(names).size).toBe(names.length)
      for (const { name, value } of container.env)
        if (/TOKEN$|_KEY$|DATABASE_URL|PASSWORD/.test(name)) expect(value).toBeUndefined()
    })

    it('runs as nobody in particular, with probes and a limit', () => {
      expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true })
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      const ports = container.ports.map(({ name }) => name)
      for (const { httpGet } of [container.livenessProbe, container.readinessProbe]) {
        expect(httpGet.path).toMatch(/^\/health\/(live|ready)$/)
        expect(ports).toContain(httpGet.port)
      }
      expect(container.resources.limits.memory).toMatch(/^\d+[MG]i$/)
    })

    it('is found by its services, port by port', () => {
      const services = resources.filter(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === workload.metadata.name,
      )
      expect(services).toHaveLength(1)
      for (const { spec } of services) {
        expect(template.metadata.labels).toMatchObject(spec.selector)
        const ports = container.ports.map(({ name }) => name)
        for (const { targetPort } of spec.ports ?? []) expect(ports).toContain(targetPort)
      }
      expect(template.metadata.labels).toMatchObject(
        workload.spec.selector.matchLabels ?? { no: '' },
      )
    })
  },
)

it('the configuration of the control plane in deploy/kubernetes is a valid one', () => {
  const [workload] = workloads.filter(({ kind }) => kind === 'Deployment')
  const env = workload?.spec.template.spec.containers[0].env ?? []
  const given = Object.fromEntries(
    env.map(({ name, value }) => [name, value ?? 'from-a-secret-of-16']),
  )
  const config = readConfig({ ...given, DATABASE_URL: 'postgresql://wardgate@database/wardgate' })
  expect(config).toMatchObject({ production: true, privateWebhooks: false })
  expect(config.metrics.stays).toBe(false)
})

it('the agent listens beyond its machine with TLS only', () => {
  const [workload] = workloads.filter(({ kind }) => kind === 'StatefulSet')
  const names = workload?.spec.template.spec.containers[0].env.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['WARDGATE_TLS_CERT_FILE', 'WARDGATE_TLS_KEY_FILE']))
})

describe('deploy/helm', () => {
  const values = parse(readFileSync(join(deploy, 'helm/wardgate/values.yaml'), 'utf8')) as object
  const texts = readdirSync(templates).map((name) => readFileSync(join(templates, name), 'utf8'))

  it('reads only values that values.yaml has', () => {
    const read = texts.flatMap((text) => [...text.matchAll(/\.Values((?:\.\w+)+)/g)])
    for (const [, path = ''] of read) {
      const found = path
        .slice(1)
        .split('.')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values)
      expect([path, found]).not.toEqual([path, undefined])
    }
  })

  it('has the strings of values quoted for it: an apostrophe in one ends no other', () => {
    for (const text of texts) expect(text).not.toMatch(/'[^'\n]*\{\{/)
  })

  it('names a port after a listener only where that is a name', () => {
    const named = texts.filter((text) => text.includes('name: {{ $protocol }}'))
    expect(named).toEqual([])
  })

  it('makes what deploy/kubernetes has: one template for each of its files', () => {
    expect(readdirSync(templates).filter((name) => name.endsWith('.yaml'))).toEqual(manifests)
    const kinds = (text: string) =>
      [...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind).sort()
    for (const name of manifests) {
      const made = readFileSync(join(deploy, 'kubernetes', name), 'utf8')
      expect(kinds(readFileSync(join(templates, name), 'utf8'))).toEqual(kinds(made))
    }
  })

  it('sets in its templates what the manifests set', () => {
    for (const name of manifests) {
      const envOf = (text: string) => new Set(text.match(/\b(WARDGATE_[A-Z_]+|DATABASE_URL)\b/g))
      const template = envOf(readFileSync(join(templates, name), 'utf8'))
      const made = envOf(readFileSync(join(deploy, 'kubernetes', name), 'utf8'))
      expect([...made].every((key) => template.has(key))).toBe(true)
    }
  })
})

it('deploy/kubernetes has one kustomization of all its files', () => {
  const file = join(deploy, 'kubernetes/kustomization.yaml')
  expect(existsSync(file)).toBe(true)
  expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ resources: manifests })
})
