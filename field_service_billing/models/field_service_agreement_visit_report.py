from odoo import fields, models
from odoo.tools import SQL


class FieldServiceAgreementVisitReport(models.Model):
    """What agreements owe and what became of it: one row per occurrence.

    The period is that of the rule: a visit moved into the next month was owed in this
    one. Each row is owed or skipped; what is owed is done, missed or still to come.
    """

    _name = "field.service.agreement.visit.report"
    _description = "Visits Owed and Done"
    _auto = False
    _rec_name = "line_id"
    _order = "date desc, id desc"
    _depends = {
        "field.service.agreement.occurrence": [
            "agreement_id",
            "company_id",
            "is_moved",
            "job_type_id",
            "line_id",
            "order_id",
            "original_date",
            "partner_id",
            "planned_date",
            "skip_kind",
            "state",
        ],
    }

    agreement_id = fields.Many2one("field.service.agreement", readonly=True)
    line_id = fields.Many2one(
        "field.service.agreement.line", string="What Recurs", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    order_id = fields.Many2one(
        "field.service.order", string="Work Order", readonly=True
    )
    date = fields.Datetime(string="By the Rule", readonly=True)
    planned_date = fields.Datetime(string="Planned", readonly=True)
    owed = fields.Integer(readonly=True, help="Without skipped ones.")
    done = fields.Integer(readonly=True)
    missed = fields.Integer(
        readonly=True, help="Their time has passed and they are not done."
    )
    coming = fields.Integer(string="To Come", readonly=True)
    moved = fields.Integer(readonly=True, help="Moved by hand, done or not.")
    skipped = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        opened = SQL("state IN ('owed', 'generated')")
        return SQL(
            """SELECT id, agreement_id, line_id, company_id, partner_id, job_type_id,
                      order_id, original_date AS date, planned_date,
                      (state <> 'skipped')::integer AS owed,
                      (state = 'done')::integer AS done,
                      (%(opened)s AND planned_date < %(now)s)::integer AS missed,
                      (%(opened)s AND planned_date >= %(now)s)::integer AS coming,
                      (is_moved IS TRUE AND state <> 'skipped'
                       AND planned_date <> original_date)::integer AS moved,
                      (state = 'skipped')::integer AS skipped
                 FROM field_service_agreement_occurrence""",
            opened=opened,
            now=now,
        )

    def action_open_occurrence(self):
        """Open the occurrence of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "field.service.agreement.occurrence",
            "res_id": self.id,
            "views": [(False, "form")],
        }
