// A new decision: one table with one input, one output and one rule.
import { pick } from '../shared/language.js';

export const BLANK = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
  xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="definitions" name="${pick('新决策', 'New decision')}" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="new_decision" name="${pick('新决策', 'New decision')}">
    <decisionTable id="table">
      <input id="input_1" label="${pick('金额', 'Amount')}"><inputExpression id="expression_1" typeRef="number"><text>amount</text></inputExpression></input>
      <output id="output_1" label="${pick('级别', 'Level')}" name="level" typeRef="string" />
      <rule id="rule_1"><inputEntry id="entry_1"><text></text></inputEntry><outputEntry id="result_1"><text>"normal"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="new_decision"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>`;
