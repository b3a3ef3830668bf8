import { valueOf } from '../words/argument'
import { each, type ProgramTable } from './program'

const containerQueries = new Set(
  'ps images logs inspect version info top stats port diff history search events'.split(' '),
)
const clusterCommands = new Set(
  'get describe logs version api-resources api-versions explain top cluster-info rollout scale label annotate delete apply create cordon uncordon drain taint wait diff auth'.split(
    ' ',
  ),
)

/** Commands in containers run as whoever the container says, often with the host's files. */
export const containers: ProgramTable = {
  ...each('docker podman nerdctl buildah crictl ctr lxc machinectl', ({ name, args }, work) => {
    const [command] = args
    if (command === undefined || containerQueries.has(valueOf(command) ?? '')) return
    work.opaque(`${name} may run commands in a container, with what the host gives it`)
  }),
  ...each('kubectl oc', ({ name, args }, work) => {
    const [command] = args
    if (command === undefined || clusterCommands.has(valueOf(command) ?? '')) return
    work.opaque(`${name} may run commands in a pod`)
  }),
  ...each(
    'docker-compose podman-compose helm terraform tofu ansible ansible-playbook salt puppet chef-client vagrant',
    ({ name }, work) => {
      work.opaque(`${name} runs what its files say, here or elsewhere`)
    },
  ),
}
