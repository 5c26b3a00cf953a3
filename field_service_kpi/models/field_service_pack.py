import hashlib

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.date_utils import end_of, start_of

from ..pack import Question

# What may be written on a pack whose figures are frozen.
FREE_FIELDS = {"message_main_attachment_id", "sent_on"}
# What the suite alone writes.
FROZEN_FIELDS = {
    *("state", "content", "content_hash", "frozen_on", "frozen_by_id"),
    *("earlier_id", "previous_id", "sent_on"),
}
# Variants in which a reader finds no amount of money.
MONEYLESS = ("customer", "team")


class FieldServicePack(models.Model):
    """Figures of a period for one kind of reader, frozen with a SHA-256.

    Whatever is printed of it, now or years later, is made from the frozen figures
    alone: a pack shows what was published, and the next one says what has changed.
    """

    _name = "field.service.pack"
    _description = "Performance Pack"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "field.service.pack.scope",
        "field.service.pack.collect",
        "field.service.pack.proof",
        "field.service.pack.work",
        "field.service.pack.compare",
        "field.service.pack.layout",
        "field.service.pack.layout.proof",
        "field.service.pack.render",
    ]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            start_of(fields.Date.context_today(self), "month") - relativedelta(months=1)
        ),
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: (
            start_of(fields.Date.context_today(self), "month") - relativedelta(days=1)
        ),
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("frozen", "Frozen")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    content = fields.Text(
        string="Snapshot",
        readonly=True,
        copy=False,
        help="The frozen figures (JSON with sorted keys); the SHA-256 is taken over "
        "them.",
    )
    content_hash = fields.Char(string="SHA-256", readonly=True, copy=False)
    frozen_on = fields.Datetime(readonly=True, copy=False)
    frozen_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, index="btree_not_null"
    )
    earlier_id = fields.Many2one(
        comodel_name="field.service.pack",
        string="Earlier Pack of the Period",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The figures that have changed since then are listed.",
    )
    previous_id = fields.Many2one(
        comodel_name="field.service.pack",
        string="Pack Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The last one of the period before: what has been restated is listed.",
    )
    schedule_id = fields.Many2one(
        comodel_name="field.service.pack.schedule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    sent_on = fields.Datetime(readonly=True, copy=False)
    # Kept files are read through the pack alone, see the controller.
    file_ids = fields.One2many(
        "field.service.pack.file", "pack_id", groups="base.group_system"
    )

    _date_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The period ends before it starts."
    )
    _once_per_period = models.UniqueIndex(
        "(schedule_id, date_from, date_to) WHERE schedule_id IS NOT NULL",
        "The pack of this period was made by its schedule already.",
    )

    @api.depends("variant", "date_from", "date_to", "company_id", "partner_id")
    def _compute_name(self):
        # One name in every language: it is printed and part of file names. A company
        # that is called otherwise later does not change what was published.
        for pack in self:
            days = [str(day) for day in (pack.date_from, pack.date_to) if day]
            whose = pack.partner_id.name or pack.company_id.name
            parts = [whose, pack.variant, *days]
            pack.name = " ".join(part for part in parts if part)

    # -------------------------------------------------------------------- immutable
    @api.model_create_multi
    def create(self, vals_list):
        # Figures are the suite's; superuser mode cannot be asked for by a client.
        if not self.env.su and any(
            vals.keys() & (FROZEN_FIELDS | {"schedule_id"}) for vals in vals_list
        ):
            raise UserError(self.env._("Figures are frozen by the suite, not by hand."))
        return super().create(vals_list)

    def write(self, vals):
        own = {name for name in vals if name not in self._get_thread_fields()}
        if own - FREE_FIELDS and "frozen" in self.mapped("state"):
            raise UserError(
                self.env._(
                    "A frozen pack is what was published: it cannot be changed. Make "
                    "another one of the same period; it lists what has changed."
                )
            )
        if not self.env.su and own & (FROZEN_FIELDS | {"schedule_id"}):
            raise UserError(self.env._("Figures are frozen by the suite, not by hand."))
        return super().write(vals)

    def _get_thread_fields(self):
        """Fields of messages and activities; they are no figures."""
        names = [*self.env["mail.thread"]._fields]
        return {*names, *self.env["mail.activity.mixin"]._fields} - {"id"}

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        if "frozen" in self.mapped("state"):
            raise UserError(
                self.env._("A frozen pack was published: it cannot be deleted.")
            )

    # ---------------------------------------------------------------------- freezing
    def action_freeze(self):
        """Take the figures of the period as they are now, and freeze them."""
        self.check_access("write")
        for pack in self:
            pack._check_freezable()
            # Whoever may make this variant gets the same figures: they are read for
            # the companies of the pack, which the rule has checked, and no others.
            pack.sudo()._freeze()

    def _check_freezable(self):
        # Two who freeze the same pack wait for each other.
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "draft":
            raise UserError(self.env._("%(name)s is frozen already.", name=self.name))
        if self.date_to >= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The period of %(name)s is not over yet: nothing is final.",
                    name=self.name,
                )
            )
        if not self.env.su and not (
            self.company_id | self.company_ids <= self.env.user.company_ids
        ):
            raise UserError(self.env._("You may not read all companies of the pack."))

    def _freeze(self):
        self.ensure_one()
        packs = self._get_frozen_like()
        question = self._get_question()
        values = {
            "earlier_id": packs._get_last_of(question.date_from, question.date_to).id,
            "previous_id": packs._get_last_before(question.date_from).id,
            "frozen_on": fields.Datetime.now(),
            "frozen_by_id": self.env.uid,
        }
        self.write(values)
        content = self._serialize(self._collect(question))
        self.write(
            {
                "content": content,
                "content_hash": self._get_hash(content),
                "state": "frozen",
            }
        )

    @staticmethod
    def _get_hash(content):
        return hashlib.sha256(content.encode()).hexdigest()

    def _get_question(self):
        """Return what is asked for this pack."""
        self.ensure_one()
        filters = {"customer": self.partner_id, "team": self.team_id}
        return Question(
            variant=self.variant,
            main=self.company_id,
            companies=self.company_id | self.company_ids,
            currency=self.currency_id or self.company_id.currency_id,
            date_from=self.date_from,
            date_to=self.date_to,
            filters=tuple((level, one.id) for level, one in filters.items() if one),
            kpis=self._get_kpis(),
            money=self.with_money and self.variant != "customer",
        )

    def _get_frozen_like(self):
        """Return the frozen packs with the same readers, companies and currency."""
        self.ensure_one()
        found = self.search(
            Domain("state", "=", "frozen")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("variant", "=", self.variant)
            & Domain("partner_id", "=", self.partner_id.id)
            & Domain("team_id", "=", self.team_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
            & Domain("with_money", "=", self.with_money),
            order="frozen_on desc, id desc",
        )
        return found.filtered(lambda pack: pack.company_ids == self.company_ids)

    def _get_last_of(self, date_from, date_to):
        return self.filtered(
            lambda pack: (pack.date_from, pack.date_to) == (date_from, date_to)
        )[:1]

    def _get_last_before(self, date_from):
        before = self.filtered(lambda pack: pack.date_to < date_from)
        return before.sorted(lambda pack: pack.date_to, reverse=True)[:1]

    # ----------------------------------------------------------------------- checks
    @api.constrains("variant", "partner_id", "team_id", "with_money", "kpi_ids")
    def _check_variant(self):
        for pack in self:
            if pack.variant == "customer" and not pack.partner_id:
                raise ValidationError(self.env._("Say which customer the pack is for."))
            if pack.variant == "team" and not pack.team_id:
                raise ValidationError(self.env._("Say which team the pack is for."))
            pack._check_kpis()

    @api.readonly
    def action_verify(self):
        """Compute the hash again and print the pack again; say whether all is equal."""
        self.ensure_one()
        wrong = self._get_differences()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if wrong else "success",
                "sticky": bool(wrong),
                "message": self.env._("Not as published: %(files)s", files=wrong)
                if wrong
                else self.env._(
                    "Snapshot and files are those that were published, byte by byte."
                ),
            },
        }

    def _get_differences(self):
        """Return what is not as it was published, as text."""
        if self.state != "frozen":
            raise UserError(self.env._("A draft has no hash yet."))
        if self._get_hash(self.content) != self.content_hash:
            return self.env._("the snapshot")
        # Kept files are nobody's to write; whoever reads the pack may compare them.
        files = self.sudo().file_ids
        return ", ".join(file.name for file in files if not file._is_intact())

    # ---------------------------------------------------------------------- actions
    def _download(self, file_format):
        self.ensure_one()
        if self.state != "frozen":
            raise UserError(
                self.env._("Freeze the figures first: files are made from them.")
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/field_service_kpi/pack/{self.id}/{file_format}",
            "target": "download",
        }

    @api.readonly
    def action_download_pdf(self):
        """Download the pack as PDF, in the reader's language."""
        return self._download("pdf")

    @api.readonly
    def action_download_xlsx(self):
        """Download the pack as a workbook, in the reader's language."""
        return self._download("xlsx")

    def action_again(self):
        """Make another pack of the same period; it lists what has changed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.copy({"date_from": self.date_from}).id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_previous_period(self, date_from, date_to):
        """Return first and last day of the period before, of the same kind."""
        following = date_to + relativedelta(days=1)
        if date_from.day == 1 and following.day == 1:
            months = (following.year - date_from.year) * 12
            months += following.month - date_from.month
            start = date_from - relativedelta(months=months)
            return start, end_of(date_from - relativedelta(days=1), "month")
        days = date_to - date_from
        stop = date_from - relativedelta(days=1)
        return stop - days, stop
