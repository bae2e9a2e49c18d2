"""A file as the Camunda Modeler saves it: undeclared variables, ids for names, labels, extensions, a diagram."""

DISH = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
  xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:modeler="http://camunda.org/schema/modeler/1.0"
  xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="dish" name="Dish" namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler" exporterVersion="5.30.0"
  modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">
  <decision id="season" name="Season">
    <extensionElements><zeebe:versionTag value="v1"/></extensionElements>
    <variable id="v1" name="season" typeRef="string"/>
    <decisionTable id="seasonTable" hitPolicy="FIRST">
      <input id="in1" label="Temperature" biodi:width="192">
        <inputExpression id="ie1" typeRef="number" expressionLanguage="feel"><text>temperature</text></inputExpression>
      </input>
      <output id="out1" label="Season" name="season" typeRef="string"><outputValues id="ov"><text>"Winter","Summer"</text></outputValues></output>
      <rule id="cold"><description>below ten</description>
        <inputEntry id="c1"><text>&lt; 10</text></inputEntry><outputEntry id="c2"><text>"Winter"</text></outputEntry></rule>
      <rule id="warm">
        <inputEntry id="w1"><text></text></inputEntry><outputEntry id="w2"><text>"Summer"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="dishDecision" name="Dish">
    <informationRequirement id="ir1"><requiredDecision href="#season"/></informationRequirement>
    <authorityRequirement id="ar1"><requiredAuthority href="#book"/></authorityRequirement>
    <decisionTable id="dishTable" hitPolicy="COLLECT">
      <input id="in2" label="Season"><inputExpression id="ie2" typeRef="string"><text>season</text></inputExpression></input>
      <input id="in3" label="Guests"><inputExpression id="ie3" typeRef="integer"><text>guestCount</text></inputExpression></input>
      <output id="out2" label="Dish" name="dish" typeRef="string"/>
      <annotation name="Why"/>
      <rule id="r1"><inputEntry id="a1"><text>"Winter"</text></inputEntry><inputEntry id="a2"><text>&lt;= 8</text></inputEntry>
        <outputEntry id="a3"><text>"Stew"</text></outputEntry><annotationEntry><text>it warms</text></annotationEntry></rule>
      <rule id="r2"><inputEntry id="b1"><text>"Winter", "Summer"</text></inputEntry><inputEntry id="b2"><text>-</text></inputEntry>
        <outputEntry id="b3"><text>"Salad"</text></outputEntry><annotationEntry><text></text></annotationEntry></rule>
    </decisionTable>
  </decision>
  <knowledgeSource id="book" name="Cook book"/>
  <dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="season"><dc:Bounds height="80" width="180" x="1" y="1"/>
  </dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>"""  # noqa: E501
