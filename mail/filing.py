"""Put one mail where it belongs: on a new ticket, on the one it claims, in quarantine, or nowhere."""

from datetime import timedelta

from desk.actor import Actor
from desk.ticket import Ticket
from mail import canary, consent, opinions
from mail.bounces import Bounce
from mail.claims import Claim, claim_of, is_named_by_us, returned_to, why_doubted
from mail.courtesy import may_answer
from mail.filed import Filed, key_of, with_remarks, writer_of
from mail.floods import Comer
from mail.foresight import handed_over_by
from mail.forwards import passed_on_by_agent
from mail.gate import kept_away
from mail.message import MARK_HEADER
from mail.opening import Opening
from mail.quoting import trim
from mail.reading import InboundEmail, Unreadable
from mail.screening import Kind, Screening, screen
from store import aftermath, emails, likely, meters, releases, tickets, undelivered
from store.emails import Direction
from store.inbox import State

TOGETHER = timedelta(hours=24)
"""Replies of one person to the same ended ticket join one new ticket when they are no further apart."""

_MACHINES = frozenset({Kind.AUTO_REPLY, Kind.AUTOMATIC, Kind.BOUNCE})


class Filing(Opening):
    """Files one mail."""

    __slots__ = ()

    def put_away(self, mail: InboundEmail | Unreadable) -> Filed:
        """Do what the table of statuses says about this mail; a copy that nobody could read learns of it."""
        filed = self._put_away(mail)
        if self.words_for and filed.ticket and filed.ticket != self.words_for:
            unread = tickets.get(self.session, self.words_for)
            unread.resembles([filed.ticket], by=Actor.system("mail"), at=self._at)
        return filed

    def _put_away(self, mail: InboundEmail | Unreadable) -> Filed:
        if isinstance(mail, Unreadable):
            return self._kept_away(mail, None, "it cannot be read") or self._open_unreadable(mail)
        seen = self._screened(mail)
        if seen.kind is Kind.OURS:
            header = mail.headers.get(canary.HEADER.lower())
            if canary.came_home(self.session, header, secret=self.house.secret, now=self.now):
                return Filed("the canary came home", None, State.DROPPED, "canary")
            self._note_proof(mail.message_id or "")
            mark = mail.headers.get(MARK_HEADER.lower()) if is_named_by_us(mail, self.house) else ""
            aftermath.note_mail(self.session, (mail.message_id or "", mark))
            return Filed(f"our own mail coming back ({seen.rule})", None, State.DROPPED, "own")
        returned = returned_to(self.session, seen.bounce, mail) if seen.bounce else None
        if seen.bounce and not returned and self._report_came_back(seen.bounce):
            return Filed(f"a report to a client came back ({seen.rule})", None, State.DROPPED)
        claim = returned or claim_of(self.session, mail, self.house, self._recipients)
        doubt = why_doubted(mail, claim, self.house)
        kept_away = self._kept_away(mail, claim, doubt)
        if kept_away:
            return kept_away
        if seen.bounce and returned:
            return self._bounce(mail, seen.bounce, returned.ticket)
        forwarded = passed_on_by_agent(mail, self.house) if seen.kind is Kind.HUMAN else None
        if forwarded:
            return self._open_forwarded(mail, forwarded)
        if claim:
            return self._join(mail, seen, claim, doubt)
        return self._open(mail, seen) if self.words_for is None else self._say(mail, seen, self.words_for)

    def _say(self, mail: InboundEmail, seen: Screening, number: int) -> Filed:
        """The words of a ticket that had none, for no copy of its mail could be read before."""
        ticket = tickets.get(self.session, number)
        detail = self._detail(mail) | ({"automatic": seen.rule} if seen.rule else {})
        text = with_remarks(mail.text, mail)
        ticket.customer_wrote(text, by=writer_of(mail), at=self._at, key=key_of(mail), answer=False, **detail)
        return self._keep(
            mail, ticket, f"the words of ticket {number}, whose mail could not be read", "reply"
        )

    def _note_proof(self, message_id: str) -> None:
        """A mail of ours that comes back has left; nobody else can guess its name."""
        delivery = emails.prove(self.session, message_id, at=self.now)
        if delivery is not None:
            undelivered.proved(self.session, delivery, by=Actor.system("mail"), at=self.now)
        releases.prove(self.session, message_id, at=self.now)

    def _report_came_back(self, bounce: Bounce) -> bool:
        return bounce.hard and releases.came_back(self.session, bounce.returned_id or "", bounce.reason)

    def _screened(self, mail: InboundEmail) -> Screening:
        return screen(
            mail,
            our_loop_mark=self.house.loop_mark,
            our_addresses=self.house.addresses,
            is_our_id=lambda message_id: emails.is_ours(self.session, message_id),
        )

    def _kept_away(self, mail: InboundEmail | Unreadable, claim: Claim | None, doubt: str) -> Filed | None:
        comer = Comer((mail.sender or handed_over_by(self.kept.arrival)).key, claim, doubt)
        away = kept_away(self.session, self.kept, comer, self.house, self.limits)
        return Filed(away.remark, away.ticket, away.state, str(away.state)) if away else None

    def _join(self, mail: InboundEmail, seen: Screening, claim: Claim, doubt: str) -> Filed:
        if seen.kind in _MACHINES and (claim.answers_us or not doubt):
            return self._note(mail, seen, claim.ticket)
        if doubt:
            return self._quarantine(mail, claim.ticket, doubt)
        if seen.kind is Kind.HUMAN and self._says_whether_helped(mail, claim.ticket):
            words = f"says on ticket {claim.ticket.number} how it was helped"
            return self._keep(mail, claim.ticket, words, "opinion")
        ticket = likely.original_of(self.session, claim.ticket, writer_of(mail).key)
        return (self._reply if ticket.takes_replies else self._follow)(mail, seen, ticket)

    def _reply(self, mail: InboundEmail, seen: Screening, ticket: Ticket) -> Filed:
        text = self._written_now(mail, ticket)
        wrote = ticket.customer_wrote(
            text, by=writer_of(mail), at=self._at, key=key_of(mail),
            answer=may_answer(self.session, ticket, seen, self.limits, now=self.now), **self._detail(mail),
        )  # fmt: skip
        if wrote and seen.kind is Kind.HUMAN:
            event = next(each for each in reversed(ticket.history) if each.key == key_of(mail))
            consent.hear(self.session, ticket, consent.Heard(mail, event, self.kept.id), at=self._at)
        return self._keep(mail, ticket, f"a reply on ticket {ticket.number}", "reply")

    def _says_whether_helped(self, mail: InboundEmail, ticket: Ticket) -> bool:
        if not self.house.asks_opinion:
            return False
        text, detail = self._written_now(mail, ticket), self._detail(mail)
        return opinions.hear(self.session, ticket, mail, text, detail, by=writer_of(mail), at=self._at)

    def _follow(self, mail: InboundEmail, seen: Screening, ended: Ticket) -> Filed:
        tickets.hold(self.session, ended.number)  # of two that need a new ticket, one opens it
        new = tickets.following(self.session, ended.number, writer_of(mail).key, since=self._at - TOGETHER)
        if new is not None and new.takes_replies:
            return self._reply(mail, seen, new)
        return self._open(mail, seen, follows=ended.number)

    def _quarantine(self, mail: InboundEmail, ticket: Ticket, doubt: str) -> Filed:
        text = self._written_now(mail, ticket)
        ticket.quarantine(
            text, by=writer_of(mail), at=self._at, reason=doubt, key=key_of(mail), **self._detail(mail)
        )
        return self._keep(mail, ticket, f"quarantined on ticket {ticket.number}: {doubt}", "quarantined")

    def _note(self, mail: InboundEmail, seen: Screening, ticket: Ticket) -> Filed:
        text = self._written_now(mail, ticket)
        detail = self._detail(mail) | {"automatic": seen.rule}
        ticket.machine_wrote(text, by=writer_of(mail), at=self._at, key=key_of(mail), **detail)
        remark = f"noted on ticket {ticket.number}: automatic mail ({seen.rule})"
        return self._keep(mail, ticket, remark, "automatic")

    def _bounce(self, mail: InboundEmail, bounce: Bounce, ticket: Ticket) -> Filed:
        reason = f"{bounce.recipient}: {bounce.reason}" if bounce.recipient else bounce.reason
        ticket.bounced(reason, by=Actor.system("mail"), at=self._at, key=key_of(mail), hard=bounce.hard)
        self.session.afterwards(meters.BOUNCES.inc)
        remark = f"our mail of ticket {ticket.number} came back ({bounce.rule})"
        return self._keep(mail, ticket, remark, "bounce")

    def _written_now(self, mail: InboundEmail, ticket: Ticket) -> str:
        known = emails.of_ticket(self.session, ticket.number)
        sent = [email.body for email in known if email.direction is Direction.OUT]
        return with_remarks(trim(mail.text, mail.written, sent).text, mail)
