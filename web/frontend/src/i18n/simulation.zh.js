// Chinese for bpmn-js-token-simulation 0.39.4, which has no translations of its own.
export default {
  'Token Simulation': '令牌模拟',
  'Toggle Simulation Log': '显示或隐藏模拟记录',
  'Simulation Log': '模拟记录',
  'Reset Simulation': '重新开始',
  'Play/Pause Simulation': '播放或暂停',
  'Play Simulation': '开始模拟',
  'Pause Simulation': '暂停模拟',
  'Found unsupported elements': '有不支持的元素',
  'Not supported': '不支持',
  'Set Sequence Flow': '选择走哪条流',
  'Trigger Event': '触发事件',
  'Finished': '已完成',
  'No Entries': '暂无记录',
};
