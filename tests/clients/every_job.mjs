// A job worker for each job type; one instance begins right at a job of each; one worker fails its first job for good.
// Arguments: the folder that node_modules is in, then a file with the creations by job type, then the type that fails.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'package.json'))
const { Camunda8 } = require('@camunda8/sdk')
const creations = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'))
const failing = process.argv[4]
const client = new Camunda8().getCamundaRestClient()
const done = new Set()
let failed
let repaired = false

const workers = Object.keys(creations).map((type) =>
  client.createJobWorker({
    type, worker: 'outside', timeout: 60000, maxJobsToActivate: 5, pollIntervalMs: 500, requestTimeout: 2000,
    jobHandler: async (job) => {
      if (type === failing && failed === undefined) {
        failed = job.jobKey
        return job.fail({ errorMessage: 'no', retries: 0, retryBackOff: 0 })
      }
      const answer = await job.complete({})
      done.add(type)
      repaired ||= job.jobKey === failed
      return answer
    },
  }))
for (const creation of Object.values(creations)) await client.createProcessInstance(creation)

async function until(holds) {
  for (let tries = 0; tries < 900; tries += 1) {
    if (await holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

await until(() => failed !== undefined)
let incidents = []
await until(async () => {
  incidents = (await client.searchIncidents({ filter: { jobKey: failed, state: 'ACTIVE' } })).items
  return incidents.length > 0
})
await client.updateJob({ jobKey: failed, retries: 1 })
await client.resolveIncident(incidents[0].incidentKey)
await until(() => repaired && done.size === Object.keys(creations).length)
await Promise.all(workers.map((worker) => worker.stop()))
console.log(`RESULT ${JSON.stringify({ done: [...done].sort(), incident: incidents[0].errorType, repaired })}`)
process.exit(0)
