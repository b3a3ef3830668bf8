export { parameterText } from './parameter-text'
