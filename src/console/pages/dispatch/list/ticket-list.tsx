import { type KeyboardEvent, useRef } from 'react';
import type { TicketSummary } from '../../../../contracts/desk-api.ts';
import type { TicketId } from '../../../../domain/ids.ts';
import { TicketRow } from './ticket-row.tsx';

interface TicketListProps {
  readonly tickets: readonly TicketSummary[];
  readonly selected: TicketId | undefined;
}

/** The tickets as links; besides Tab, the arrow keys, Home and End move between them. */
export function TicketList({ tickets, selected }: TicketListProps) {
  const list = useRef<HTMLUListElement>(null);
  const move = (event: KeyboardEvent) => {
    const rows = [...(list.current?.querySelectorAll<HTMLAnchorElement>('a') ?? [])];
    const next = target(event.key, rows.indexOf(document.activeElement as HTMLAnchorElement), rows.length);
    if (next === undefined) return;
    event.preventDefault();
    rows[next]?.focus();
  };
  return (
    <ul ref={list} className="ticket-list" onKeyDown={move}>
      {tickets.map((ticket) => (
        <li key={ticket.id}>
          <TicketRow ticket={ticket} selected={ticket.id === selected} />
        </li>
      ))}
    </ul>
  );
}

function target(key: string, current: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(current + 1, count - 1);
    case 'ArrowUp':
      return Math.max(current - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
