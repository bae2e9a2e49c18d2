// A job worker for each kind of element that makes a job. Arguments: the folder that node_modules is in, then the diagram.
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'package.json'))
const { Camunda8 } = require('@camunda8/sdk')
const client = new Camunda8().getCamundaRestClient()
await client.deployResourcesFromFiles([process.argv[3]])
const worked = []
const workers = ['service', 'send', 'script', 'rule', 'throw', 'end'].map((kind) =>
  client.createJobWorker({
    type: `client-${kind}`, worker: 'w', timeout: 30000, maxJobsToActivate: 2, pollIntervalMs: 100,
    jobHandler: (job) => {
      worked.push(job.type)
      return job.complete({ [kind]: job.elementId })
    },
  }))
const { processInstanceKey } = await client.createProcessInstance({ processDefinitionId: 'client_kinds', variables: {} })
let state
for (let tries = 0; tries < 600 && state !== 'COMPLETED'; tries += 1) {
  state = (await client.searchProcessInstances({ filter: { processInstanceKey } })).items[0].state
  await new Promise((resolve) => setTimeout(resolve, 100))
}
workers.forEach((worker) => worker.stop())
console.log(`RESULT ${JSON.stringify({ worked, state })}`)
process.exit(0)
