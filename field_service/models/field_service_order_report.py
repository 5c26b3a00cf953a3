import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import plaintext2html

from .field_service_order_documents import LOCKED_STATES

_logger = logging.getLogger(__name__)

ACTIVITY = "mail.mail_activity_data_warning"
REPORT = "field_service.service_report"
TEMPLATE = "field_service.mail_template_service_report"


class FieldServiceOrderReport(models.AbstractModel):
    """The service report of a work order: made when it is done, kept with revisions.

    Nothing is rendered while somebody completes the order: a report is due, and a
    cron makes it. What goes wrong there is told to the dispatcher and holds up nobody.
    """

    _name = "field.service.order.service.report"
    _inherit = ["field.service.order.report.content"]
    _description = "Service Report of Work Orders"

    report_ids = fields.One2many(
        comodel_name="field.service.report",
        inverse_name="order_id",
        string="Service Reports",
        readonly=True,
    )
    report_count = fields.Integer(
        string="Revisions of the Report", compute="_compute_report_count"
    )
    report_due_on = fields.Datetime(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Since when a service report is waiting to be made.",
    )

    @api.depends("report_ids")
    def _compute_report_count(self):
        for order in self:
            order.report_count = len(order.report_ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_reports(self):
        # The documents go with the order, not with the rows of its reports.
        self.sudo().report_ids.unlink()

    # ------------------------------------------------------------------- when
    def _action_done(self):
        result = super()._action_done()
        self._request_report()
        return result

    @api.model
    def _get_process_steps(self):
        return [*super()._get_process_steps(), "_process_report"]

    def _process_report(self):
        """Ask for a new revision where documented facts have changed. Idempotent."""
        # Whoever corrects a fact need not be allowed to write the order.
        orders = self.sudo().filtered(
            lambda order: order.state in LOCKED_STATES
            and order.report_ids
            and not order.report_due_on
        )
        orders.filtered(lambda order: order._get_report_changes())._request_report()

    def _request_report(self):
        """Have the reports made as soon as this transaction is through."""
        orders = self.filtered(lambda order: not order.is_historic)
        if not orders:
            return
        # A technician who finishes the last visit completes the order, too.
        orders.sudo().write({"report_due_on": fields.Datetime.now()})
        self.env.ref("field_service.cron_make_reports").sudo()._trigger()

    def _get_last_report(self):
        """Return the latest revision."""
        return self.report_ids.sorted("revision")[-1:]

    def _get_report_changes(self):
        """Return the sections in which the facts differ from the latest revision."""
        self.ensure_one()
        before = self._get_last_report().digests or {}
        now = self._get_report_digests()
        return self._compare_report_digests(before, now)

    @api.model
    def _compare_report_digests(self, before, now):
        """Return the sections that differ, in the order of the document."""
        return [
            name
            for name in self._get_report_sections()
            if before.get(name) != now.get(name)
        ]

    # -------------------------------------------------------------------- make
    @api.model
    def _cron_make_reports(self):
        """Make the reports that are due, one savepoint each."""
        orders = self.search([("report_due_on", "!=", False)], order="report_due_on")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        for order in orders:
            order._attempt_report()
            if not cron._commit_progress(1):
                break

    def _attempt_report(self):
        """Make the report; what goes wrong is told to the dispatcher, not raised."""
        self.ensure_one()
        order = self.with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                report = order._make_report()
        except (OperationalError, LockError):
            # Somebody works on the order at this moment: it stays due.
            _logger.info("%s: concurrent change, report next time", self.name)
            return
        except Exception as error:
            _logger.info("%s: report not made", self.name, exc_info=True)
            order.report_due_on = False
            order._tell_dispatcher(
                self.env._("The service report could not be made."), error
            )
            return
        order._after_report(report)

    def _make_report(self):
        """Return the report of the facts as they are, a new one if they changed."""
        self.ensure_one()
        # Reports are made by the system alone, in the name of whoever asks for one.
        order = self.sudo().with_company(self.company_id)
        # Two at the same time would be two revisions of the same facts.
        order.lock_for_update(allow_referencing=True)
        last = order._get_last_report()
        changes = order._get_report_changes()
        if last and not changes:
            order.report_due_on = False
            return last
        report = last.create(order._prepare_report_values(last, changes))
        order.report_due_on = False
        content, extension = order._render_report(report)
        report._store(content, extension)
        if last:
            order.message_post(body=report.display_name + " · " + report.reason)
        return report

    def _prepare_report_values(self, last, changes):
        return {
            "order_id": self.id,
            "revision": last.revision + 1,
            "lang": self._get_report_lang(),
            "reason": self._get_report_reason(last and changes),
            "digests": self._get_report_digests(),
        }

    def _get_report_reason(self, changes):
        """Say why a revision was made.

        :param changes: the sections that differ from the one before, if there is one
        """
        if not changes:
            return self.env._("Work order completed")
        titles = self._get_report_sections()
        return self.env._(
            "Changed: %(sections)s",
            sections=", ".join(titles[name] for name in changes),
        )

    def _render_report(self, report):
        """Return the document and its kind."""
        actions = self.env["ir.actions.report"].with_context(
            lang=report.lang, service_report_id=report.id
        )
        return actions._render_qweb_pdf(REPORT, [self.id])

    def _after_report(self, report):
        """Send the first revision, if the company wants that; tell about later ones."""
        earlier = (self.report_ids - report).filtered("sent_on")
        if earlier and not report.sent_on:
            self._tell_dispatcher(
                self.env._("The customer has an older revision of the service report."),
                report.reason,
            )
        elif report.revision == 1 and self.company_id.service_report_send:
            self._send_report()

    def _send_report(self):
        """Mail the report to the customer, without anybody pressing a button."""
        if not self.partner_id.email:
            self._tell_dispatcher(
                self.env._("The service report could not be sent."),
                self.env._("The customer has no email address."),
            )
            return
        try:
            with self.env.cr.savepoint():
                self.message_post_with_source(
                    self.env.ref(TEMPLATE),
                    email_layout_xmlid="mail.mail_notification_light",
                    subtype_xmlid="mail.mt_note",
                    force_send=False,
                )
        except Exception as error:
            _logger.info("%s: report not sent", self.name, exc_info=True)
            self._tell_dispatcher(
                self.env._("The service report could not be sent."), error
            )

    def _tell_dispatcher(self, summary, note):
        """Give the dispatcher something to do, without a mail."""
        order = self.with_context(mail_activity_quick_update=True)
        user = self.team_id.leader_id or self.create_uid
        order.activity_schedule(
            ACTIVITY, summary=summary, note=plaintext2html(str(note)), user_id=user.id
        )

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if message.attachment_ids and message.partner_ids:
            # Whoever may send a report need not be allowed to write it.
            sent = self.sudo().report_ids.filtered(
                lambda report: not report.sent_on
                and report.attachment_id in message.attachment_ids
            )
            sent.write({"sent_on": fields.Datetime.now()})
        return result

    # ------------------------------------------------------------------- actions
    def action_service_report(self):
        """Open the report: the kept one once the order is done, else a preview."""
        self.ensure_one()
        self.check_access("read")
        if self.state in LOCKED_STATES and not self.is_historic:
            return self._make_report().action_open()
        return self.env.ref(REPORT).report_action(self, config=False)

    def action_view_reports(self):
        """Open the revisions of the report."""
        self.ensure_one()
        return self._get_document_action("field_service_report_action")

    def action_send_report(self):
        """Write a mail to the customer with the report attached."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in LOCKED_STATES:
            raise UserError(
                self.env._(
                    "The service report is sent once the work order is done. Until "
                    "then you can show its preview."
                )
            )
        self._make_report()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Service Report"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": self.env.ref(TEMPLATE).id,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }
