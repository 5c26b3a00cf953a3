import logging

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.tools import mute_logger

from ..tools.quiet_hours import end_of_quiet

_logger = logging.getLogger(__name__)

# So many notices are looked at in one run.
BATCH = 200


class FieldServiceNotice(models.Model):
    """What was told to whom and when, or why not. Written by the rules, sent by a cron.

    A line is made together with what it is about, and sent afterwards: what is rolled
    back is never told, and one that cannot be sent stands in nobody's way.
    """

    _name = "field.service.notice"
    _inherit = ["field.service.notice.channel"]
    _description = "Notice"
    _order = "id desc"
    _check_company_auto = True

    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_id = fields.Many2one(
        related="visit_id.order_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="visit_id.company_id", store=True, index=True, precompute=True
    )
    rule_id = fields.Many2one(
        comodel_name="field.service.notice.rule",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    trigger = fields.Selection(
        related="rule_id.trigger", store=True, precompute=True, string="When"
    )
    channel = fields.Selection(
        related="rule_id.channel", store=True, precompute=True, string="How"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="To",
        index="btree_not_null",
        check_company=True,
    )
    occasion = fields.Char(
        required=True, help="The same occasion is told to the same person once."
    )
    state = fields.Selection(
        selection=[
            ("pending", "To send"),
            ("sent", "Sent"),
            ("skipped", "Not sent"),
            ("failed", "Failed"),
        ],
        required=True,
        default="pending",
        index=True,
    )
    due_on = fields.Datetime(
        string="Not before", required=True, default=lambda self: fields.Datetime.now()
    )
    sent_on = fields.Datetime()
    address = fields.Char(help="The e-mail address or phone number it was sent to.")
    reason = fields.Selection(
        selection=[
            ("no_recipient", "Nobody to tell"),
            ("no_user", "No Odoo user"),
            ("no_email", "No e-mail address"),
            ("no_phone", "No phone number"),
            ("bad_phone", "Phone number not valid"),
            ("outdated", "No longer true"),
            ("told", "Known already"),
        ],
        string="Why Not",
    )
    error = fields.Char()
    told_start = fields.Datetime(string="Start Told")
    told_arrival = fields.Datetime(string="Arrival Told")

    # Nobody is told the same thing twice, however many jobs run at once.
    _once = models.UniqueIndex(
        "(visit_id, rule_id, occasion, COALESCE(partner_id, 0))",
        "This is told already.",
    )
    _due = models.Index("(due_on) WHERE state = 'pending'")

    # ------------------------------------------------------------------ outbox
    @api.model
    def _add(self, visit, rule, partners, occasion=None, due_on=None, **values):
        """Put a notice into the outbox.

        What waits there already for the same person is not put there again: it will
        say what is true when it is sent.

        :param str occasion: given where several jobs may see the same thing at once
        """
        # Whoever makes something happen need not be allowed to tell others.
        notices = self.sudo()
        for partner in partners or [self.env["res.partner"]]:
            same = notices.search(
                [
                    ("visit_id", "=", visit.id),
                    ("rule_id", "=", rule.id),
                    ("partner_id", "=", partner.id),
                ]
            )
            waiting = same.filtered(lambda notice: notice.state == "pending")
            if waiting and not occasion:
                waiting.due_on = due_on
                continue
            if occasion and occasion in same.mapped("occasion"):
                continue
            notices.create(
                {
                    "visit_id": visit.id,
                    "rule_id": rule.id,
                    "partner_id": partner.id,
                    "occasion": occasion or f"{rule.trigger} {len(same) + 1}",
                    "due_on": due_on or fields.Datetime.now(),
                    **values,
                }
            )

    @api.model
    def _wake_up(self, at=None):
        """Have the outbox emptied as soon as what happened is committed."""
        # Anybody's doing may have something sent.
        cron = self.env.ref("field_service.cron_send_notices").sudo()
        cron._trigger(at=at)

    # -------------------------------------------------------------------- sending
    @api.model
    def _cron_notify(self):
        """See what is due, and send it in small steps that fail one by one."""
        cron = self.env["ir.cron"]
        self._look_around()
        groups = self._get_due_groups()
        cron._commit_progress(remaining=len(groups))
        for group in groups:
            group._attempt_send()
            if not cron._commit_progress(1):
                break

    @api.model
    def _process(self):
        """Do the same within one transaction."""
        self._look_around()
        for group in self._get_due_groups():
            group._attempt_send()

    @api.model
    def _look_around(self):
        """Put what time has brought about into the outbox, each rule on its own."""
        visits = self.env["field.service.visit"]
        for step in visits._get_notice_steps():
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    step()
            except (OperationalError, IntegrityError):
                # Another run, or the technician himself, was faster.
                _logger.info("Notices: something changes at this moment, next time")
            except Exception:
                _logger.exception("Notices: a rule cannot be followed")

    @api.model
    def _get_due_groups(self):
        """Return what is to be sent now, in the parts in which it is sent.

        Odoo messages about the same go to one person in one message: whoever gets five
        visits for tomorrow gets one mail.
        """
        due = self.search(
            [("state", "=", "pending"), ("due_on", "<=", fields.Datetime.now())],
            order="due_on, id",
            limit=BATCH,
        )
        return list(due.grouped(lambda notice: notice._get_group_key()).values())

    def _get_group_key(self):
        if self.channel == "inbox" and self.partner_id:
            return (self.channel, self.trigger, self.partner_id.id)
        return self.id

    def _attempt_send(self):
        """Send a group; what goes wrong is written down and stops nobody."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                # Another run that sends it at this moment has it locked.
                locked = self.try_lock_for_update(allow_referencing=True)
                locked.filtered(lambda notice: notice.state == "pending")._send()
        except OperationalError:
            _logger.info("Notices %s: sent by another run", self.ids)
        except Exception as error:
            _logger.warning("Notices %s were not sent: %s", self.ids, error)
            self.write({"state": "failed", "error": str(error)[:500]})

    def _send(self):
        """Send what is still true, now that it is nobody's quiet hour."""
        now = fields.Datetime.now()
        ready = self.browse()
        for notice in self:
            reason = notice._get_reason_not_to_send()
            later = notice._get_due_time(now)
            if reason:
                notice.write({"state": "skipped", "reason": reason})
            elif later > now:
                notice.due_on = later
                self._wake_up(at=later)
            else:
                ready += notice
        if ready:
            getattr(ready, f"_send_{ready[0].channel}")()

    def _get_reason_not_to_send(self):
        self.ensure_one()
        if not self.partner_id:
            return "no_recipient"
        if not self.rule_id._concerns(self.visit_id):
            return "outdated"
        return self.visit_id._get_reason_not_to_tell(self)

    def _get_due_time(self, now):
        """Return when it may be sent: now, or when the quiet hours are over."""
        self.ensure_one()
        if self.rule_id.urgent:
            return now
        company = self.company_id
        return end_of_quiet(
            now,
            company.service_quiet_from,
            company.service_quiet_to,
            self.visit_id._get_notice_tz(self.partner_id),
        )

    def _set_sent(self, address=None):
        for notice in self:
            visit = notice.visit_id
            notice.write(
                {
                    "state": "sent",
                    "sent_on": fields.Datetime.now(),
                    "address": address,
                    "told_start": visit.start,
                    "error": False,
                    "reason": False,
                }
            )
            if notice.rule_id.recipient == "technician" and notice.trigger in (
                "dispatched",
                "changed",
            ):
                visit.told_snapshot = visit._prepare_dispatch_snapshot()

    # ------------------------------------------------------------------- actions
    def action_retry(self):
        """Send again what failed, or what could not be sent."""
        again = self.filtered(lambda notice: notice.state in ("failed", "skipped"))
        # Dispatchers read the log; sending again is theirs, rewriting it is not.
        again.check_access("read")
        again.sudo().write(
            {
                "state": "pending",
                "due_on": fields.Datetime.now(),
                "reason": False,
                "error": False,
            }
        )
        self._wake_up()
        return True

    @api.depends("trigger", "partner_id")
    def _compute_display_name(self):
        labels = dict(self._fields["trigger"]._description_selection(self.env))
        for notice in self:
            parts = (labels.get(notice.trigger), notice.partner_id.name)
            notice.display_name = ": ".join(filter(None, parts))
