import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

# What a sentence may contain, in braces.
WORDS = ("evidence", "equipment", "site", "customer")
PLACEHOLDER = re.compile(r"{([^{}]*)}")


class FieldServiceOfferRule(models.Model):
    """When something is recommended to a customer, and what.

    Each kind of rule has one method that looks for its evidence, see
    ``field_service_offer_evidence.py``; what speaks against it is in
    ``field_service_offer_blocker.py``, what it is worth in
    ``field_service_offer_ranking.py``.
    """

    _name = "field.service.offer.rule"
    _inherit = [
        "field.service.offer.evidence",
        "field.service.offer.blocker",
        "field.service.offer.ranking",
    ]
    _description = "Recommendation Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            ("age", "Equipment is old"),
            ("warranty", "Warranty is about to end"),
            ("no_agreement", "No agreement covers it"),
            ("reading", "Reading out of limits"),
            ("finding", "Something was found"),
            ("repairs", "Many repairs"),
            ("spend", "Repairs cost too much"),
        ],
        string="Recommend When",
        required=True,
    )

    # Where it applies
    job_type_ids = fields.Many2many(
        comodel_name="field.service.job.type",
        relation="field_service_offer_rule_job_type_rel",
        string="Job Types",
        check_company=True,
        help="Recommended on work orders of these job types. Empty: all.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.product",
        relation="field_service_offer_rule_product_rel",
        string="Equipment Products",
        check_company=True,
        help="Recommended for equipment of these products. Empty: all, and work "
        "without equipment where that makes sense.",
    )

    # Limits
    years = fields.Float(string="Age from (years)", default=10.0)
    days = fields.Integer(string="Warranty Ends Within (days)", default=60)
    repair_count = fields.Integer(string="Repairs, at Least", default=3)
    months = fields.Integer(
        string="Within (months)",
        default=12,
        help="How far back repairs are counted. For their cost, 0 means always.",
    )
    percent = fields.Float(string="Above (% of Replacement)", default=50.0)
    replacement_price = fields.Monetary(
        help="What a new one costs. Empty: the sales price of the equipment's product."
    )
    repair_job_type_ids = fields.Many2many(
        comodel_name="field.service.job.type",
        relation="field_service_offer_rule_repair_rel",
        string="Counted as Repairs",
        check_company=True,
        help="Job types that are repairs. Empty: all work that no agreement owes.",
    )
    reason_ids = fields.Many2many(
        comodel_name="field.service.reason",
        relation="field_service_offer_rule_reason_rel",
        string="Findings",
        domain="[('kind', 'in', ('symptom', 'cause', 'remedy'))]",
        help="An unsolved finding with one of these symptoms, causes or remedies.",
    )
    question = fields.Char(
        string="Question Contains", help="Which reading counts. Empty: any."
    )

    # What is proposed
    sentence = fields.Char(
        required=True,
        translate=True,
        default="{evidence}",
        help="What the technician reads out: {evidence}, {equipment}, {site} and "
        "{customer} are filled in.",
    )
    package_ids = fields.One2many(
        comodel_name="field.service.offer.package",
        inverse_name="rule_id",
        string="Packages",
        copy=True,
    )
    outcome = fields.Selection(
        selection=[("quotation", "A quotation"), ("order", "A new work order")],
        string="Accepting Makes",
        required=True,
        default="quotation",
    )
    result_job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        string="Job Type of the New Order",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    offer_ids = fields.One2many(
        comodel_name="field.service.offer", inverse_name="rule_id"
    )

    _limits_positive = models.Constraint(
        "CHECK(years >= 0 AND days >= 0 AND repair_count >= 0 AND months >= 0 "
        "AND percent >= 0 AND replacement_price >= 0)",
        "The limits of a recommendation rule cannot be negative.",
    )

    # ----------------------------------------------------------------- constraints
    @api.constrains(
        "kind", "years", "days", "repair_count", "months", "percent", "reason_ids"
    )
    def _check_limits(self):
        for rule in self:
            missing = [
                rule._fields[name]._description_string(self.env)
                for name in rule._get_needed_limits()
                if not rule[name]
            ]
            if missing:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: enter “%(fields)s”.",
                        rule=rule.name,
                        fields="”, “".join(missing),
                    )
                )

    def _get_needed_limits(self):
        """Return the fields without which a rule of this kind says nothing."""
        return {
            "age": ["years"],
            "warranty": ["days"],
            "finding": ["reason_ids"],
            "repairs": ["repair_count", "months"],
            "spend": ["percent"],
        }.get(self.kind, [])

    # The kind is always given: a new rule without packages is looked at, too.
    @api.constrains("kind", "active", "package_ids")
    def _check_packages(self):
        for rule in self.filtered("active"):
            if not rule.package_ids:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: add a package, or there is nothing to recommend.",
                        rule=rule.name,
                    )
                )

    @api.constrains("outcome", "result_job_type_id")
    def _check_result(self):
        for rule in self:
            if rule.outcome == "order" and not rule.result_job_type_id:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: choose the job type of the new work order.",
                        rule=rule.name,
                    )
                )

    @api.constrains("sentence")
    def _check_sentence(self):
        for rule in self:
            unknown = [
                word
                for word in PLACEHOLDER.findall(rule.sentence or "")
                if word not in WORDS
            ]
            if unknown:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: {%(unknown)s} is not known. Known: %(known)s.",
                        rule=rule.name,
                        unknown=unknown[0],
                        known=", ".join(f"{{{word}}}" for word in WORDS),
                    )
                )

    # ------------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if {"active", "company_id", "kind"} & vals.keys():
            self.env.registry.clear_cache()
        result = super().write(vals)
        if vals.get("active") is False:
            # Nobody presents what is not recommended any longer.
            waiting = self.offer_ids.filtered(lambda offer: offer.state == "draft")
            waiting.write({"state": "expired"})
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache("company_id")
    def _get_active_kinds(self, company_id):
        """Return the kinds of rules a company has: without any, nothing is looked for.

        Kept in memory, because it is asked at every event of every work order.
        """
        # Whoever is at work need not read rules.
        rules = self.sudo().with_context(active_test=True)
        found = rules._read_group([("company_id", "=", company_id)], ["kind"])
        return frozenset(kind for (kind,) in found)

    # -------------------------------------------------------------------- applying
    def _get_subjects(self, order):
        """Return what of an order the rule is about: equipment, or none at all.

        :return: a list of equipment; an empty record stands for the site
        """
        self.ensure_one()
        if self.job_type_ids and order.job_type_id not in self.job_type_ids:
            return []
        if order.asset_ids:
            assets = order.asset_ids.filtered("active")
            if self.product_ids:
                assets = assets.filtered(lambda one: one.product_id in self.product_ids)
            return list(assets)
        needs_asset = self.product_ids or self.kind in self._get_asset_kinds()
        return [] if needs_asset else [order.asset_ids]

    def _render_sentence(self, order, asset, evidence):
        """Return the sentence the technician reads out."""
        words = {
            "evidence": evidence,
            "equipment": asset.display_name or "",
            "site": order.site_id.name or order.partner_id.name or "",
            "customer": order.partner_id.name or "",
        }
        return PLACEHOLDER.sub(
            lambda match: words.get(match.group(1), match.group(0)), self.sentence
        ).strip()

    def action_view_offers(self):
        """Open the recommendations of these rules."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_offer_action"
        )
        return {**action, "domain": [("rule_id", "in", self.ids)], "context": {}}
