export const personGrantType = 'urn:wardgate:development:person'
