import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { messageOf } from '@/api/client';
import { attribute, type Journey } from '@/api/records';
import { useAct } from '@/parts/ask/useAct';

export function AttributeForm({ record, close }: { record: Journey['record']; close: () => void }) {
  const [customer, setCustomer] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const act = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (customer.trim() === '') {
      setError('Enter the customer');
      return;
    }
    setBusy(true);
    try {
      await act(
        () => attribute(record.id, customer.trim()),
        (said) => said?.message || 'It belongs to the customer now.',
        ['records'],
      );
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <Text>{record.key} is sent to the platforms under this customer, with the time of the till.</Text>
        <TextInput
          label="Customer"
          description="Number, member number, e-mail or phone, as the settings identify customers"
          data-autofocus
          value={customer}
          error={error !== null && customer.trim() === '' ? error : null}
          onChange={(event) => setCustomer(event.currentTarget.value)}
        />
        {error !== null && customer.trim() !== '' && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Attribute
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
