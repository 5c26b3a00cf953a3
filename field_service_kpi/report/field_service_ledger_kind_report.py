from odoo import fields, models
from odoo.tools import SQL

# What is sold, by kind of charge: only what names its own cost can be compared.
SOLD_KINDS = {
    "labour": ("labour",),
    "parts": ("part",),
    "travel": ("travel", "callout"),
}


class FieldServiceLedgerKindReport(models.Model):
    """Posted items of work orders, revenue by what it was charged for.

    The same rows as the profit report. Margins of labour, parts and travel are those
    of chargeable work billed by time and material: a fixed price does not say what it
    pays for, and covered work has no revenue.
    """

    _name = "field.service.ledger.kind.report"
    _description = "Margin of Labour, Parts and Travel"
    _inherit = "field.service.ledger.report"
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    itemised_order_id = fields.Many2one(
        "field.service.order",
        string="Order by Time and Material",
        readonly=True,
        help="The order, if it is chargeable and billed by time and material.",
    )
    labour_revenue = fields.Monetary(readonly=True)
    labour_margin = fields.Monetary(readonly=True)
    parts_revenue = fields.Monetary(readonly=True)
    parts_margin = fields.Monetary(readonly=True)
    travel_revenue = fields.Monetary(readonly=True)
    travel_cost = fields.Monetary(
        readonly=True, help="Of chargeable work billed by time and material."
    )
    margin_before_travel = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    covered_cost = fields.Monetary(
        string="Cost of Warranty and Goodwill", readonly=True
    )
    late_cost = fields.Monetary(
        readonly=True,
        help="Posted on a date that is later after the completion than the settings "
        "allow.",
    )

    _depends = {
        "field.service.charge": ["kind", "sale_line_id"],
        "field.service.ledger.report": ["margin"],
        "field.service.order": ["completed_on", "coverage", "pricing_method"],
        "product.template": ["type"],
        "res.company": [
            "service_labour_product_id",
            "service_late_cost_days",
            "service_travel_product_id",
        ],
        "sale.order.line": ["invoice_lines"],
    }

    def _select_fields(self):
        columns = super()._select_fields()
        itemised = SQL(
            """service_order.pricing_method = 'time_material'
               AND service_order.coverage = 'chargeable'"""
        )
        columns["itemised_order_id"] = SQL(
            "CASE WHEN %s THEN service_order.id END", itemised
        )
        kind, amount = self._get_cost_kind_sql(), SQL("share.amount")
        for name, sold in SOLD_KINDS.items():
            revenue = SQL(
                "(%s AND %s = 'revenue' AND %s IN %s)",
                itemised,
                kind,
                self._get_sold_kind_sql(),
                sold,
            )
            cost = SQL("(%s AND %s = %s)", itemised, kind, name)
            columns[f"{name}_revenue"] = self._count(revenue, amount)
            if name == "travel":
                columns["travel_cost"] = self._count(cost, SQL("-%s", amount))
            else:
                either = SQL("(%s OR %s)", cost, revenue)
                columns[f"{name}_margin"] = self._count(either, amount)
        return {**columns, **self._get_cost_columns(kind, amount)}

    def _get_cost_columns(self, kind, amount):
        cost, is_cost = SQL("-%s", amount), SQL("%s != 'revenue'", kind)
        covered = SQL("service_order.coverage IN ('warranty', 'goodwill')")
        late = SQL(
            "item.date > %s + posting_company.service_late_cost_days",
            self._get_completed_on_sql(),
        )
        not_travel = SQL("%s != 'travel'", kind)
        return {
            "margin_before_travel": self._count(not_travel, amount),
            "cost": self._count(is_cost, cost),
            "covered_cost": self._count(SQL("%s AND %s", is_cost, covered), cost),
            "late_cost": self._count(SQL("%s AND %s", is_cost, late), cost),
        }

    def _count(self, condition, amount):
        """An amount of the rows that a condition holds for."""
        return SQL("CASE WHEN %s THEN %s ELSE 0 END", condition, amount)

    def _get_sold_kind_sql(self):
        """What a revenue item was charged for; without a charge its product says it."""
        return SQL(
            """COALESCE(
                (SELECT MIN(charge.kind)
                   FROM sale_order_line_invoice_rel link
                   JOIN field_service_charge charge
                     ON charge.sale_line_id = link.order_line_id
                  WHERE link.invoice_line_id = item.id),
                CASE WHEN item.product_id = posting_company.service_labour_product_id
                     THEN 'labour'
                     WHEN item.product_id = posting_company.service_travel_product_id
                     THEN 'travel'
                     WHEN template.type = 'consu' THEN 'part' END)"""
        )

    def _from(self):
        return SQL(
            """%s
            JOIN res_company posting_company ON posting_company.id = item.company_id""",
            super()._from(),
        )
