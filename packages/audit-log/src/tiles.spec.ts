import { encodeEntryTile, encodeTile, parseTilePath, tilePath, tilesOfLevel } from '.'

describe('tiles', () => {
  // The example of C2SP tlog-tiles.
  it.each([
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 1, index: 273, width: 112 }, 'tile/1/273.p/112'],
    [{ level: 'entries' as const, index: 0, width: 256 }, 'tile/entries/000'],
    [{ level: 2, index: 1_000, width: 1 }, 'tile/2/x001/000.p/1'],
  ])('have the path of the specification', (address, path) => {
    expect(tilePath(address)).toBe(path)
    expect(parseTilePath(path)).toEqual(address)
  })

  it.each([
    'tile/0/67',
    'tile/0/x000/067',
    'tile/0/067.p/256',
    'tile/0/067.p/0',
    'tile/00/067',
    'tile/0/067/',
    '/tile/0/067',
    'tile/64/000',
    'tile/0/067.p/01',
  ])('have no second spelling: %s', (path) => {
    expect(parseTilePath(path)).toBeUndefined()
  })

  it('cover a log of 70,000 entries as the specification says', () => {
    const paths = [0, 1, 2, 3].map((level) => [...tilesOfLevel(level, 70_000)].map(tilePath))
    expect(paths[0]).toHaveLength(274)
    expect(paths[0]?.at(-1)).toBe('tile/0/273.p/112')
    expect(paths[1]).toEqual(['tile/1/000', 'tile/1/001.p/17'])
    expect(paths[2]).toEqual(['tile/2/000.p/1'])
    expect(paths[3]).toEqual([])
  })

  it('hold hashes one after another and entries behind their length', () => {
    expect(encodeTile([Buffer.alloc(32, 1), Buffer.alloc(32, 2)])).toHaveLength(64)
    expect(Buffer.from(encodeEntryTile(['{}', 'ä'])).toString('hex')).toBe('00027b7d0002c3a4')
    expect(() => encodeTile([])).toThrow('1 to 256')
  })
})
