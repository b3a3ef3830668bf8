export { type OtlpCollector, type ReceivedSpan, startOtlpCollector } from './otlp-collector'
