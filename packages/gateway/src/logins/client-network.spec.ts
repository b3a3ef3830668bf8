import { clientNetwork } from './client-network'

it.each([
  ['10.0.0.7:4000', '10.0.0.7'],
  ['::ffff:10.0.0.7:4000', '10.0.0.7'],
  ['unix', 'unix'],
  ['::1:4000', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6:4000', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]:4000', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff::1:4000', '2001:db8:1:2::/64'],
  ['2001:db8::1:4000', '2001:db8:0:0::/64'],
  ['fe80::1%eth0:4000', 'fe80:0:0:0::/64'],
])('counts %s as %s', (clientAddress, network) => {
  expect(clientNetwork(clientAddress)).toBe(network)
})
