// S5: new data that equals the old, in all or all but one of 1,000 rows of 20 fields.

const ROWS = 1_000
const TIMES = 10

export const workloads = {
  's5/one': (setup) => share(setup, { changes: true }),
  's5/none': (setup) => share(setup, { changes: false }),
  's5/one-parsed': (setup) => share(setup, { changes: true, parses: true }),
}

function share({ client, size }, { changes, parses = false }) {
  const rows = size(ROWS)
  const texts = Array.from({ length: TIMES + 1 }, (_, time) => text(rows, changes ? time : 0))
  const parsed = parses ? [] : texts.map((text) => JSON.parse(text))
  client.setQueryData(['rows'], JSON.parse(texts[0]))
  const first = client.getQueryData(['rows'])
  const seen = [first]
  return {
    run() {
      for (let time = 1; time <= TIMES; time++) {
        client.setQueryData(['rows'], parses ? JSON.parse(texts[time]) : parsed[time])
        seen.push(client.getQueryData(['rows']))
      }
    },
    outcome() {
      let kept = 0
      let same = 0
      for (let time = 1; time <= TIMES; time++) {
        same += seen[time] === seen[time - 1] ? 1 : 0
        kept += seen[time].filter((row, at) => row === seen[time - 1][at]).length
      }
      return { kept, same, version: seen[TIMES].reduce((sum, row) => sum + row.version, 0) }
    },
  }
}

/** After `time` changes, each of another row. */
function text(rows, time) {
  return JSON.stringify(Array.from({ length: rows }, (_, id) => row(id, id < time ? 2 : 1)))
}

export function row(id, version) {
  return {
    id,
    version,
    name: `Place ${id}`,
    category: 'restaurant',
    street: `Street ${id % 100}`,
    houseNumber: id % 90,
    postcode: `${10000 + (id % 990)}`,
    city: 'Helsinki',
    country: 'FI',
    phone: `+358 40 ${1000000 + id}`,
    email: `place${id}@example.com`,
    website: `https://place${id}.example.com`,
    rating: id % 50,
    reviews: (id * 7) % 400,
    isOpen: id % 3 === 0,
    isVerified: id % 5 === 0,
    status: version === 1 ? 'new' : 'contacted',
    score: (id * 13) % 100,
    createdAt: 1_700_000_000 + id,
    updatedAt: 1_700_000_000 + id + version,
  }
}
