import logging

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.date_utils import start_of
from odoo.tools.misc import get_lang

_logger = logging.getLogger(__name__)

STEPS = {
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
}
FORMATS = {"pdf": ("pdf",), "xlsx": ("xlsx",), "both": ("pdf", "xlsx")}
ACTIVITY = "mail.mail_activity_data_warning"


class FieldServicePackSchedule(models.Model):
    """Makes a pack for every period that ends, and sends it to its readers.

    A pack is made and sent once for each period. What goes wrong becomes an activity
    of the owner, and the next run tries again.
    """

    _name = "field.service.pack.schedule"
    _description = "Scheduled Performance Pack"
    _inherit = ["mail.thread", "mail.activity.mixin", "field.service.pack.scope"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    periodicity = fields.Selection(
        selection=[
            ("week", "Every week"),
            ("month", "Every month"),
            ("quarter", "Every quarter of a calendar year"),
        ],
        required=True,
        default="month",
    )
    delay_days = fields.Integer(
        string="Days after the End",
        default=5,
        help="How long late documents are waited for before the figures are frozen.",
    )
    date_start = fields.Date(
        string="First Period from",
        required=True,
        default=lambda self: start_of(fields.Date.context_today(self), "month"),
        help="Periods that began earlier are not sent.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        help="Gets an activity when something cannot be sent.",
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Recipients",
        check_company=True,
        help="Each gets the pack in his language. An employee gets only what he may "
        "read, a customer only his own pack.",
    )
    file_formats = fields.Selection(
        selection=[
            ("pdf", "PDF File"),
            ("xlsx", "Workbook"),
            ("both", "PDF and Workbook"),
        ],
        string="Attached",
        required=True,
        default="pdf",
    )
    pack_ids = fields.One2many("field.service.pack", "schedule_id", string="Packs")
    pack_count = fields.Integer(compute="_compute_pack_count")
    next_date = fields.Date(string="Next Mail", compute="_compute_next_date")

    _delay_positive = models.Constraint(
        "CHECK(delay_days >= 0)", "A pack is sent after the period, not before its end."
    )

    def _compute_pack_count(self):
        groups = self.env["field.service.pack"]._read_group(
            [("schedule_id", "in", self.ids)], ["schedule_id"], ["__count"]
        )
        counts = {schedule.id: count for schedule, count in groups}
        for schedule in self:
            schedule.pack_count = counts.get(schedule.id, 0)

    @api.depends("periodicity", "delay_days", "date_start", "pack_ids.sent_on")
    def _compute_next_date(self):
        for schedule in self:
            start, stop = (
                schedule._get_first_period() if schedule.date_start else 2 * (None,)
            )
            sent = schedule._get_sent()
            while start and start in sent:
                start, stop = schedule._get_following(start)
            schedule.next_date = stop and stop + relativedelta(
                days=1 + schedule.delay_days
            )

    @api.constrains("variant", "partner_id", "team_id", "kpi_ids", "with_money")
    def _check_scope(self):
        for schedule in self:
            if schedule.variant == "customer" and not schedule.partner_id:
                raise ValidationError(self.env._("Say which customer the pack is for."))
            if schedule.variant == "team" and not schedule.team_id:
                raise ValidationError(self.env._("Say which team the pack is for."))
            schedule._check_kpis()

    # ----------------------------------------------------------------------- periods
    def _get_first_period(self):
        """First whole period on or after the start."""
        start = start_of(self.date_start, self.periodicity)
        if start < self.date_start:
            start += STEPS[self.periodicity]
        return start, start + STEPS[self.periodicity] - relativedelta(days=1)

    def _get_following(self, start):
        start += STEPS[self.periodicity]
        return start, start + STEPS[self.periodicity] - relativedelta(days=1)

    def _get_sent(self):
        return {pack.date_from for pack in self.pack_ids if pack.sent_on}

    def _get_due_periods(self, today):
        """Return the periods that are over, waited for and not sent, oldest first."""
        self.ensure_one()
        start, stop = self._get_first_period()
        sent, due = self._get_sent(), []
        while stop + relativedelta(days=self.delay_days) < today:
            if start not in sent:
                due.append((start, stop))
            start, stop = self._get_following(start)
        return due

    # ----------------------------------------------------------------------- sending
    @api.model
    def _cron_send(self):
        """Make and send what is due; one failure stops nobody else."""
        today = fields.Date.context_today(self)
        schedules = self.search([("id", "!=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(schedules))
        for schedule in schedules:
            for period in schedule._get_due_periods(today):
                schedule._try_send(*period)
                self.env["ir.cron"]._commit_progress(0)
            schedule._report_failed_mails()
            self.env["ir.cron"]._commit_progress(1)

    def _try_send(self, date_from, date_to):
        """Send one period; what goes wrong is told to the owner.

        :return: whether it was sent
        """
        self.ensure_one()
        try:
            # All or nothing: no pack counts as sent whose mail was not made.
            with self.env.cr.savepoint():
                self._send(date_from, date_to)
        except UserError as error:
            self._report(date_from, date_to, str(error))
            return False
        except Exception as error:
            # A pack that is missing must not go unnoticed, whatever the reason.
            _logger.warning("Pack of schedule %s: %s", self.id, error, exc_info=True)
            self._report(date_from, date_to, str(error))
            return False
        self._get_reports(date_from).unlink()
        return True

    def _send(self, date_from, date_to):
        # A user and the cron at the same time: the second one waits and finds it sent.
        self.lock_for_update()
        pack = self._get_pack(date_from, date_to)
        if pack.sent_on:
            return
        partners = self._get_readers(pack)
        for lang, readers in partners.grouped(
            lambda partner: get_lang(self.env, partner.lang).code
        ).items():
            self._post(pack.with_context(lang=lang), readers, lang)
        pack.sent_on = fields.Datetime.now()

    def _get_pack(self, date_from, date_to):
        """Return the frozen pack of a period, made now if there is none."""
        # The schedule belongs to managers; packs are made by the suite.
        pack = self.sudo().pack_ids.filtered(lambda one: one.date_from == date_from)
        if not pack:
            values = self._prepare_pack_values(date_from, date_to)
            pack = self.env["field.service.pack"].sudo().create(values)
        if pack.state == "draft":
            pack.action_freeze()
        return pack

    def _prepare_pack_values(self, date_from, date_to):
        return {
            "schedule_id": self.id,
            "date_from": date_from,
            "date_to": date_to,
            "variant": self.variant,
            "company_id": self.company_id.id,
            "company_ids": self.company_ids.ids,
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.id,
            "team_id": self.team_id.id,
            "with_money": self.with_money,
            "kpi_ids": self.kpi_ids.ids,
        }

    def _get_readers(self, pack):
        """Return the recipients.

        :raises UserError: when one has no address, or must not read the pack
        """
        if not self.partner_ids:
            raise UserError(self.env._("The schedule has no recipients."))
        for partner in self.partner_ids:
            if not partner.email_normalized:
                raise UserError(
                    self.env._(
                        "%(name)s has no valid e-mail address.",
                        name=partner.display_name,
                    )
                )
            if not self._may_read(partner, pack):
                raise UserError(
                    self.env._(
                        "%(name)s may not read this pack. Take him off the recipients "
                        "or give him the rights.",
                        name=partner.display_name,
                    )
                )
        return self.partner_ids

    def _may_read(self, partner, pack):
        """Whether a recipient may have a pack: an employee by his rights."""
        users = partner.user_ids.filtered(lambda user: user._is_internal())
        if users:
            return any(
                pack.sudo(False)
                .with_user(user)
                .with_context(allowed_company_ids=user.company_ids.ids)
                .has_access("read")
                for user in users
            )
        if pack.variant == "customer":
            commercial = pack.partner_id.commercial_partner_id
            return partner.commercial_partner_id == commercial
        # Owners, banks and auditors need no user; a team's figures stay inside.
        return pack.variant != "team"

    def _post(self, pack, readers, lang):
        """Send one pack to readers of one language, through its chatter."""
        env = self.with_context(lang=lang).env
        period = pack._format_period(pack.date_from, pack.date_to)
        files = [pack._get_file(one, lang) for one in FORMATS[self.file_formats]]
        body = Markup("<p>%s</p><p>%s</p>") % (
            env._(
                "Please find attached the performance pack of %(company)s for "
                "%(period)s.",
                company=pack.company_id.name,
                period=period,
            ),
            env._("SHA-256 of its figures: %(hash)s", hash=pack.content_hash),
        )
        pack.message_post(
            author_id=self.user_id.partner_id.id,
            email_layout_xmlid="mail.mail_notification_light",
            subject=env._(
                "Performance pack of %(company)s, %(period)s",
                company=pack.company_id.name,
                period=period,
            ),
            body=body,
            partner_ids=readers.ids,
            attachments=[(file.name, file._get_bytes()) for file in files],
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )

    # ---------------------------------------------------------------------- failures
    def _get_reports(self, date_from):
        """Return the open activities about a period."""
        return self.activity_ids.filtered(
            lambda activity: str(date_from) in (activity.summary or "")
        )

    def _report(self, date_from, date_to, reason):
        """Tell the owner what could not be sent; once, until it is repaired."""
        owner = self.with_context(lang=self.user_id.lang)
        values = {
            "summary": owner.env._(
                "The pack %(start)s – %(end)s was not sent",
                start=date_from,
                end=date_to,
            ),
            "note": Markup("<p>%s</p>") % reason,
        }
        reports = self._get_reports(date_from)
        if reports:
            reports.write(values)
        else:
            self.activity_schedule(ACTIVITY, user_id=self.user_id.id, **values)

    def _report_failed_mails(self):
        """Tell the owner about mails of this week that did not reach their readers."""
        since = fields.Datetime.now() - relativedelta(days=7)
        packs = self.pack_ids.filtered(
            lambda pack: pack.sent_on and pack.sent_on > since
        )
        failed = (
            self.env["mail.notification"]
            # Notifications are their readers'; the owner is told that one failed.
            .sudo()
            .search(
                [
                    ("notification_status", "in", ("exception", "bounce")),
                    ("mail_message_id.model", "=", "field.service.pack"),
                    ("mail_message_id.res_id", "in", packs.ids),
                ]
            )
        )
        for pack in packs:
            mine = failed.filtered(
                lambda one, pack=pack: one.mail_message_id.res_id == pack.id
            )
            if mine:
                names = ", ".join(mine.res_partner_id.mapped("display_name"))
                reason = self.env._("Not delivered to: %(names)s", names=names)
                self._report(pack.date_from, pack.date_to, reason)

    # ----------------------------------------------------------------------- actions
    def action_send_now(self):
        """Send what is due at once; tell what could not be sent."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        sent = failed = 0
        for schedule in self:
            for period in schedule._get_due_periods(today):
                if schedule._try_send(*period):
                    sent += 1
                else:
                    failed += 1
        message = self.env._("Packs sent: %(sent)s.", sent=sent)
        if failed:
            message = self.env._(
                "Packs sent: %(sent)s, not sent: %(failed)s. The reason is in the "
                "owner's activities.",
                sent=sent,
                failed=failed,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.readonly
    def action_open_packs(self):
        """Open the packs that were made."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_pack_action"
        )
        return {**action, "domain": [("schedule_id", "in", self.ids)]}
