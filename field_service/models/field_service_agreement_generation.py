import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)

ACTIVITY = "field_service.mail_activity_type_agreement"


class FieldServiceAgreementGeneration(models.AbstractModel):
    """How an agreement becomes dates, and dates become work orders.

    Two steps per line, each idempotent: ``_plan`` makes the occurrences up to a year
    ahead, so that they can be seen and moved, ``_make_due_orders`` makes the orders of
    those within the horizon. A line that fails leaves all others alone.
    """

    _name = "field.service.agreement.generation"
    _description = "Generation of Work Orders"

    horizon_days = fields.Integer(
        string="Orders Ahead (days)",
        default=30,
        required=True,
        help="Work orders are made so many days before they are due.",
    )
    plan_days = fields.Integer(
        string="Dates Ahead (days)",
        default=365,
        required=True,
        help="Dates are planned, shown and can be moved so many days ahead. A "
        "recurrence that never ends is planned so far and no further.",
    )
    generated_on = fields.Date(string="Generated", readonly=True, copy=False)
    generation_error = fields.Text(string="In the Way", readonly=True, copy=False)

    @api.model
    def _cron_generate(self):
        """Generate for all active agreements, each on its own."""
        today = fields.Date.today()
        self.search([("state", "=", "active"), ("date_end", "<", today)])._expire()
        agreements = self.search(
            [
                ("state", "=", "active"),
                "|",
                ("generated_on", "=", False),
                ("generated_on", "<", today),
            ],
            order="id",
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(agreements))
        for agreement in agreements:
            agreement._attempt(agreement._generate)
            if not cron._commit_progress(1):
                break

    def _expire(self):
        """End the agreements whose last day has passed."""
        for agreement in self:
            if agreement.date_end < fields.Date.context_today(agreement):
                agreement._attempt(agreement.action_end)

    def _generate(self):
        """Plan and generate. What goes wrong is told to the responsible, not raised."""
        for agreement in self.filtered(lambda record: record.state == "active"):
            agreement = agreement.with_company(agreement.company_id)
            agreement._lock()
            attempts = [
                agreement._attempt(line._generate, line.display_name)
                for line in agreement.line_ids
            ]
            errors = [error for error in attempts if error]
            agreement.write(
                {
                    "generated_on": fields.Date.today(),
                    "generation_error": "\n".join(errors) or False,
                }
            )
            agreement._attempt(lambda agreement=agreement: agreement._tell())

    def _lock(self):
        """Keep a second generation of the same agreement out.

        :raises UserError: when one is going on
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s is being changed by somebody else: try "
                    "again in a moment.",
                    agreement=self.name,
                )
            ) from error

    def _attempt(self, function, name=None):
        """Run something that must not take others down with it.

        :return: what went wrong, for people to read; None when all is well
        """
        name = name or self.display_name
        try:
            with self.env.cr.savepoint():
                function()
        except UserError as error:
            _logger.info("%s: %s", name, error)
            return f"{name}: {error}"
        except OperationalError:
            # Somebody else was faster: the request is tried again, the cron goes on.
            if self.env.context.get("cron_id") is None:
                raise
            _logger.warning("%s: concurrent change, next time", name)
        except Exception as error:
            _logger.exception("%s: generation failed", name)
            return f"{name}: {error}"
        return None

    def _tell(self):
        """Make one activity out of what went wrong, take it back when all is well."""
        self.ensure_one()
        # Nobody gets a mail for it, every day anew: the activity is enough.
        agreement = self.with_context(mail_activity_quick_update=True)
        if not self.generation_error:
            return agreement.activity_unlink([ACTIVITY])
        note = plaintext2html(self.generation_error)
        existing = agreement.activity_search([ACTIVITY])
        if existing:
            return existing.write({"note": note})
        responsible = self.user_id or self.team_id.leader_id or self.create_uid
        return agreement.activity_schedule(ACTIVITY, user_id=responsible.id, note=note)

    def _drop_obsolete(self, last=None):
        """Forget planned occurrences that are not owed any more.

        They lie after the last day or beyond the number of times, and nothing has
        come of them yet.

        :param date last: another day after which nothing is owed
        """
        waiting = self.occurrence_ids.filtered(lambda record: not record.order_ids)
        # Occurrences are made and dropped by the system alone.
        waiting.filtered(lambda record: record._is_obsolete(last)).sudo().unlink()

    def _get_horizon(self, days):
        """Return the last day that is looked at, ``days`` ahead."""
        self.ensure_one()
        return fields.Date.context_today(self) + timedelta(days=days)
