// Patterns of words that need no Chinese: scraps of code, punctuation, proper names.
export default ['^ \\+ ', '^, $', '^-$', '^(BPMN|FEEL|Java|PMML)$'];
