// The editors' own words: [Chinese, English].
import { pick } from '../shared/language.js';

const WORDS = {
  back: ['返回', 'Back'],
  check: ['检查', 'Check'],
  deploy: ['部署', 'Deploy'],
  undo: ['撤销', 'Undo'],
  redo: ['重做', 'Redo'],
  zoomIn: ['放大', 'Zoom in'],
  zoomOut: ['缩小', 'Zoom out'],
  fit: ['适应窗口', 'Fit to view'],
  find: ['查找元素', 'Find an element'],
  download: ['下载', 'Download'],
  upload: ['打开文件', 'Open file'],
  diagram: ['决策图', 'Diagram'],
  simulate: ['模拟', 'Simulate'],
  panel: ['属性', 'Properties'],
  close: ['关闭', 'Close'],
  changed: ['有未部署的修改', 'Changes not deployed'],
  busy: ['请稍候…', 'Please wait…'],
  noFindings: ['检查通过，没有发现问题。', 'Checked: nothing was found.'],
  findings: ['检查结果', 'Findings'],
  deployed: ['已部署，版本 {version}。', 'Deployed as version {version}.'],
  refused: ['有错误，未部署。', 'Not deployed: there are errors.'],
  loadFailed: ['文件无法打开：', 'The file cannot be opened: '],
  unreadable: ['内容无法解析：', 'The content cannot be read: '],
  replaceChanges: ['放弃未部署的修改，打开此文件？', 'Discard the changes that are not deployed and open this file?'],
  error: ['错误', 'Error'],
  warning: ['警告', 'Warning'],
  info: ['提示', 'Note'],
  line: ['第 {line} 行', 'line {line}'],
  chooseForm: ['选择已有表单', 'Choose a form'],
  noForm: ['（未选择）', '(none)'],
  simulationHint: ['点击播放，逐步看令牌如何走过流程。仅为演示，不影响真实工单。', 'Play to watch tokens pass through the process. A demonstration only: no real case is touched.'],
};

export function word(key, replacements = {}) {
  return pick(...WORDS[key]).replace(/{(\w+)}/g, (whole, name) => replacements[name] ?? whole);
}
