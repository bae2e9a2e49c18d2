// What the desktop Camunda Modeler calls, with Camunda's JavaScript client and a token: the connection check, deploying several
// files at once, starting, and its searches. Arguments: the folder that node_modules is in, then the files.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'package.json'))
const { Camunda8 } = require('@camunda8/sdk')
const resources = process.argv[3].split(path.delimiter).map((name) => ({ name: path.basename(name), content: fs.readFileSync(name, 'utf8') }))
const wrong = {}
const client = new Camunda8().getCamundaRestClient()

async function call(name, ...given) {
  try {
    return await client[name](...given)
  } catch (error) {
    wrong[name] = String(error.message)
    return undefined
  }
}

const gateway = (await client.getTopology()).gatewayVersion
const deployed = (await client.deployResources(resources)).processes.map((each) => each.processDefinitionId)
const { processInstanceKey } = await client.createProcessInstance({ processDefinitionId: 'complaint', variables: {} })
const of = { filter: { processInstanceKey }, sort: [], page: { from: 0, limit: 100 } }
await call('searchProcessInstances', of)
await call('searchElementInstances', of)
await call('searchVariables', of)
await call('searchIncidents', of)
await call('searchUserTasks', of)
await call('searchProcessDefinitions', { filter: { processDefinitionId: 'complaint' }, sort: [{ field: 'version', order: 'DESC' }] })
console.log(`RESULT ${JSON.stringify({ gateway, deployed, started: processInstanceKey, wrong })}`)
process.exit(0)
