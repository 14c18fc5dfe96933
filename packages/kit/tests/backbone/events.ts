import { create, createFileRegistry, type Message } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import { FieldDescriptorProto_Type as FieldType, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'

// The kit knows no contracts of the project, so its tests make their own.
const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'kit/v1/counter.proto',
    package: 'kit.v1',
    syntax: 'proto3',
    messageType: [
      {
        name: 'CounterChanged',
        field: [
          { name: 'value', number: 1, type: FieldType.INT32, jsonName: 'value' },
          { name: 'deleted', number: 2, type: FieldType.BOOL, jsonName: 'deleted' },
        ],
      },
      { name: 'CounterAudited' },
    ],
  }),
  () => undefined,
)

function schema<T extends Message>(typeName: string): GenMessage<T> {
  const found = registry.getMessage(typeName)
  if (!found) throw new Error(`no ${typeName}`)
  return found as GenMessage<T>
}

export type CounterChanged = Message<'kit.v1.CounterChanged'> & { value: number; deleted: boolean }
export const CounterChangedSchema = schema<CounterChanged>('kit.v1.CounterChanged')
/** A type that no consumer of the tests handles. */
export const CounterAuditedSchema = schema<Message<'kit.v1.CounterAudited'>>('kit.v1.CounterAudited')

export const COUNTER_TOPIC = 'kit.counter.v1'
