"""Faults to put into the code one by one: each breaks a promise, and the tests that are named must see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Where `old` stands in the file, `new` is put instead.  found_by: the tests that must turn red."""

    breaks: str
    file: str
    old: str
    new: str
    found_by: str


FAULTS = (
    Fault(
        "a message is marked as seen only when it is kept",
        "mail/mailbox.py",
        "        is_new = arrival is not None and self._keep(arrival)\n",
        "        self._mark(connection, uid)\n        is_new = arrival is not None and self._keep(arrival)\n",
        "tests/mail/test_mailbox.py",
    ),
    Fault(
        "the ledger of a mailbox is of one UIDVALIDITY",
        "store/inbox.py",
        "_row.source == source, _row.uidvalidity == uidvalidity)",
        "_row.source == source)",
        "tests/mail/test_mailbox.py tests/journeys/test_mailbox.py",
    ),
    Fault(
        "a mail is answered with 250 only when it is kept",
        "mail/listener.py",
        "            await asyncio.get_running_loop().run_in_executor(None, self._keep, arrival)",
        "            asyncio.get_running_loop().run_in_executor(None, self._keep, arrival)",
        "tests/mail/test_listener.py",
    ),
    Fault(
        "two copies of a mail become one ticket",
        "mail/intake.py",
        "remark=filed.remark, ticket=filed.ticket, content_key=mail.content_key,",
        "remark=filed.remark, ticket=filed.ticket, content_key=None,",
        "tests/mail/test_intake.py",
    ),
    Fault(
        "two processes that file one mail at the same moment make one ticket of it",
        "store/unread.py",
        "mine.order_by(_row.id).with_for_update()",
        "mine.order_by(_row.id)",
        "tests/mail/test_copies.py",
    ),
    Fault(
        "a mail that could not be read and comes again is no second ticket",
        "mail/copies.py",
        "[mail.content_key, mail.bare_key] if",
        "[mail.content_key] if",
        "tests/mail/test_copies.py",
    ),
    Fault(
        "a mail whose sender is not on the ticket goes to quarantine",
        "mail/claims.py",
        "if claim and email.sender.key not in claim.ticket.participants:",
        "if claim and email.sender.key == claim.ticket:",
        "tests/mail/test_intake.py tests/mail/test_screened.py",
    ),
    Fault(
        "a mail that may be forged goes to quarantine",
        "mail/claims.py",
        "if is_forged(email.headers, house.trusted_authserv):",
        "if not email.headers:",
        "tests/mail/test_intake.py tests/mail/test_screened.py tests/mail/test_authenticity.py",
    ),
    Fault(
        "a mail server that falls silent after the final dot leaves the mail in doubt",
        "mail/smtp.py",
        "        except (OSError, smtplib.SMTPException) as error:\n"
        "            raise DeliveryUncertain(_SILENT.format(_said(error))) from error\n"
        "        if code < 200:",
        "        except (OSError, smtplib.SMTPException) as error:\n"
        "            raise DeliveryFailed(_said(error), permanent=False) from error\n        if code < 200:",
        "tests/mail/test_sending_smtp.py",
    ),
    Fault(
        "a mail in doubt is never repeated by itself",
        "mail/sending.py",
        'raise DeliveryUncertain("the mail server did not say whether it took the mail")',
        'raise DeliveryFailed("it is sent again", permanent=False)',
        "tests/mail/test_sending_proof.py tests/mail/test_sending.py",
    ),
    Fault(
        "a database that goes away before a mail leaves puts no mail in doubt",
        "mail/sending.py",
        "        except (DeskError, Unavailable) as error:",
        "        except DeskError as error:",
        "tests/mail/test_sending.py",
    ),
    Fault(
        "every attempt sends the same bytes",
        "mail/sending.py",
        "            if kept is not None:\n                return kept, event\n",
        "",
        "tests/mail/test_sending.py",
    ),
    Fault(
        "the client that writes never tries again by itself",
        "bot/app.py",
        "timeout=_TIMEOUT, retry_handlers=[])",
        "timeout=_TIMEOUT, retry_handlers=[ConnectionErrorRetryHandler(1)])",
        "tests/bot/test_posting.py",
    ),
    Fault(
        "an answer of Slack that is lost leaves a message in doubt",
        "bot/outcome.py",
        'raise DeliveryUncertain(f"Slack\'s answer was lost: {error!r}") from error',
        'raise DeliveryFailed(f"{error!r}", permanent=False) from error',
        "tests/bot/test_posting.py",
    ),
    Fault(
        "a message in doubt is looked for from before it was sent",
        "bot/wire.py",
        "(since - _BEFORE).timestamp()",
        "(since + _BEFORE).timestamp()",
        "tests/bot/test_posting.py",
    ),
    Fault(
        "Slack gets no answer before what it asks for is committed",
        "bot/app.py",
        "process_before_response=True,",
        "process_before_response=False,",
        "tests/bot/test_answers.py tests/bot/test_buttons.py tests/bot/test_web.py",
    ),
    Fault(
        "a click that Slack brings twice counts once",
        "bot/house.py",
        "if inbox.is_first(session, key, at=at):",
        "if inbox.is_first(session, key, at=at) or key:",
        "tests/bot/test_windows.py tests/bot/test_newticket.py",
    ),
    Fault(
        "a request that Slack did not sign is refused",
        "bot/web.py",
        "if not is_slacks(",
        "if not body and not is_slacks(",
        "tests/bot/test_web.py",
    ),
    Fault(
        "an envelope of another workspace is refused",
        "bot/gate.py",
        "return app_is_ours and _team(body) == house.people.home().team",
        "return app_is_ours",
        "tests/bot/test_guard.py tests/bot/test_rights.py",
    ),
    Fault(
        "that a file is about to be shown is on record before",
        "bot/uploading.py",
        "        self._note(delivery, Step.SHARING, parts)\n",
        "",
        "tests/bot/test_uploading.py",
    ),
    Fault(
        "whoever lost a delivery to another may not say what came of it",
        "store/statements.py",
        'mine = (row.id == bindparam("its_id"), row.fence == bindparam("its_fence"))',
        'mine = (row.id == bindparam("its_id"), row.fence >= bindparam("its_fence"))',
        "tests/store/test_outbox.py tests/store/test_courier.py",
    ),
    Fault(
        "the lease of a process that died ends",
        "store/statements.py",
        "or_(row.lease_until.is_(None), row.lease_until <= now),",
        "row.lease_until.is_(None),",
        "tests/store/test_outbox.py tests/store/test_courier.py",
    ),
    Fault(
        "what is owed about one ticket goes in order",
        "store/statements.py",
        "            ~waits_for_another,\n",
        "",
        "tests/store/test_outbox.py",
    ),
    Fault(
        "a thread waits for its card",
        "store/statements.py",
        "            or_(~_one_of(row.audience, IN_A_THREAD), has_card),\n",
        "",
        "tests/store/test_outbox.py tests/store/test_courier.py",
    ),
    Fault(
        "what a process died over is proved before it is repeated",
        "store/outbox.py",
        "        delivery.state, delivery.looked, delivery.not_before = S.UNCERTAIN, 0, now\n",
        "        delivery.looked, delivery.not_before = 0, now\n",
        "tests/store/test_outbox.py tests/store/test_courier.py",
    ),
    Fault(
        "a closed road costs no attempts",
        "store/outbox.py",
        "        attempts=delivery.attempts - 1,\n",
        "",
        "tests/store/test_outbox.py tests/store/test_courier.py tests/bot/test_repair.py",
    ),
    Fault(
        "a process that slept calls nobody",
        "store/courier.py",
        'return "not tried: the process slept" if passed >= self._lease / 2 else ""',
        'return ""',
        "tests/store/test_courier.py",
    ),
    Fault(
        "what is committed on SQLite is on the disk",
        "store/database.py",
        'synchronous: Literal["FULL", "OFF"] = "FULL",',
        'synchronous: Literal["FULL", "OFF"] = "OFF",',
        "tests/store/test_database.py",
    ),
    Fault(
        "a transaction that writes holds the lock from its beginning",
        "store/database.py",
        '"BEGIN IMMEDIATE" if writes else "BEGIN"',
        '"BEGIN"',
        "tests/store/test_database.py",
    ),
    Fault(
        "each level of each promise is warned of once, and every one of them",
        "desk/ticket.py",
        "key=level_key(goal, cycle, level), owed=owed,",
        "key=level_key(goal, cycle, 0), owed=owed,",
        "tests/sla/test_sweep.py",
    ),
    Fault(
        "nobody is resolved for silence before the mailbox was read up to then",
        "sla/sweep.py",
        "if read_up_to >= resolves:",
        "if read_up_to:",
        "tests/sla/test_sweep.py",
    ),
    Fault(
        "an attempt at reading a mail is counted, so that one that kills the desk is given up",
        "store/unread.py",
        "attempts=_row.attempts + 1, not_before",
        "attempts=_row.attempts, not_before",
        "tests/store/test_inbox.py tests/mail/test_intake.py",
    ),
    Fault(
        "a month leaves for a client only as a lead saw it",
        "store/reports.py",
        "    if report.version != version:",
        "    if report.version < 0:",
        "tests/bot/test_releasing.py",
    ),
    Fault(
        "only a lead lets a month go",
        "bot/releasing.py",
        "    known.must_be(LEADS, _DEED)",
        "    known.must_be(LEADS | {known.role}, _DEED)",
        "tests/bot/test_releasing.py",
    ),
    Fault(
        "a month that a process died over is looked for before it is sent",
        "store/releases.py",
        '"stand": Stand.SENDING if is_new else Stand.UNCERTAIN,',
        '"stand": Stand.SENDING,',
        "tests/mail/test_releases.py",
    ),
    Fault(
        "an erasure that was killed is ended by typing it again, down to the file",
        "store/erasing.py",
        "    scrubbing.owe(session)\n",
        "",
        "tests/terminal/test_erase.py",
    ),
    Fault(
        "a server that falls silent is left",
        "store/server.py",
        "self.patience if timeout is None else timeout",
        "timeout",
        "tests/store/test_silence.py",
    ),
)
