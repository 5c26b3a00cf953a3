from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Figures each kind of reader looks at first, as far as the suite has them.
DEFAULT_KPIS = {
    "owner": "P1 P2 P5 P9 P12 P14 P18 P20 T1 T2 T4 Q1 Q2 S3 S7 C1 C2 C3 G2 G6",
    "bank": "P1 P2 P3 P15 P17 P19 P20 C1 C2 C3 C4",
    "customer": "S1 S2 S3 S6 S7 S8 Q1 Q2 G6",
    "team": "T1 T3 T4 T5 T7 T8 S7 S8 Q1 Q2 Q4 Q7",
    "auditor": "P1 P2 P18 P19 P20 C2",
}


class FieldServicePackScope(models.AbstractModel):
    """For whom a pack is and what it is about: the same for packs and schedules."""

    _name = "field.service.pack.scope"
    _description = "Scope of a Performance Pack"

    variant = fields.Selection(
        selection=[
            ("owner", "Owner"),
            ("bank", "Bank"),
            ("customer", "Customer"),
            ("team", "Team"),
            ("auditor", "Auditor"),
        ],
        string="For",
        required=True,
        default="owner",
        help="Who reads it. A customer finds his own orders and no cost or margin, a "
        "bank no names of persons or customers, a team no person's figures and no "
        "money unless it is switched on.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    company_ids = fields.Many2many(
        comodel_name="res.company",
        string="Group of Companies",
        help="Further companies that are added up with the first one, at the rates of "
        "the last day, which are stated.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        index="btree_not_null",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        check_company=True,
    )
    team_id = fields.Many2one(
        comodel_name="field.service.team", index="btree_not_null", check_company=True
    )
    with_money = fields.Boolean(
        string="Show Money",
        compute="_compute_with_money",
        store=True,
        readonly=False,
        precompute=True,
        help="A pack with money is for those who may see costs and margins.",
    )
    kpi_ids = fields.Many2many(
        comodel_name="field.service.kpi",
        string="KPIs",
        check_company=True,
        help="Empty: those this kind of reader looks at first.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for scope in self:
            scope.currency_id = scope.company_id.currency_id

    @api.depends("variant")
    def _compute_with_money(self):
        for scope in self:
            scope.with_money = scope.variant not in ("customer", "team")

    def _get_kpis(self):
        """Return the KPIs of the pack; where money is not shown, none of money."""
        self.ensure_one()
        model = self.env["field.service.kpi"]
        if self.kpi_ids:
            return self.kpi_ids - self._get_money_kpis(self.kpi_ids)
        codes = DEFAULT_KPIS[self.variant].split()
        found = model.search(
            [("code", "in", codes), ("company_id", "in", (False, self.company_id.id))]
        )
        found -= self._get_money_kpis(found)
        # A company's own KPI of the same code comes with that of the suite.
        return found.sorted(lambda kpi: (codes.index(kpi.code), kpi.id))

    def _get_money_kpis(self, kpis):
        """Return those of the KPIs that must not be in this pack."""
        if self.with_money and self.variant != "customer":
            return kpis.browse()
        dashboard = self.env["field.service.kpi.dashboard"]
        return kpis.filtered(dashboard._has_money)

    def _check_kpis(self):
        money = self._get_money_kpis(self.kpi_ids)
        if money:
            raise ValidationError(
                self.env._(
                    "The reader of this pack does not see money. Remove these KPIs: "
                    "%(kpis)s",
                    kpis=", ".join(money.mapped("name")),
                )
            )
