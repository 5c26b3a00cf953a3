from markupsafe import Markup

from odoo import models


class FieldServiceVanTransferNotice(models.AbstractModel):
    """Both sides are told once about each step; whoever takes it knows already."""

    _name = "field.service.van.transfer.notice"
    _description = "Messages about Transfers between Vans"

    def _tell_requested(self):
        for transfer in self:
            transfer._tell(lambda record: record.env._("A colleague needs a part"))

    def _tell_if_ended(self):
        """Tell how it ended, whoever has ended it and wherever."""
        for transfer in self.filtered(lambda transfer: not transfer.is_open):
            transfer._tell(lambda record: record._get_title_of_end())

    def _get_title_of_end(self):
        self.ensure_one()
        if self.state == "done":
            return self.env._("Part handed over")
        if self.state == "declined":
            return self.env._("Part not handed over")
        return self.env._("Part not needed any more")

    def _tell(self, get_title):
        """Send one message to each language; nobody hears of his own doing."""
        self.ensure_one()
        people = self.giver_ids | self.receiver_ids
        partners = people.user_id.filtered("active").partner_id
        partners -= self.env.user.partner_id
        fallback = self.company_id.partner_id.lang or self.env.lang
        for lang, readers in partners.grouped(
            lambda partner: partner.lang or fallback
        ).items():
            told = self.with_context(lang=lang).with_company(self.company_id)
            title = get_title(told)
            told.message_post(
                body=told._render_lines(title),
                subject=": ".join((title, told.product_id.display_name)),
                partner_ids=readers.ids,
                subtype_xmlid="mail.mt_note",
                force_send=False,
                force_email_lang=lang,
            )

    def _render_lines(self, title):
        """Return what, from whom, for whom and why, as a list."""
        amount = f"{self.product_id.uom_id.round(self.quantity):g}"
        product, lot = self.product_id.display_name, self.lot_id.name
        what = " ".join(filter(None, (amount, self.uom_id.name, product, lot)))
        lines = [
            what,
            f"{self.source_id._get_van_name()} → {self.destination_id._get_van_name()}",
            self.order_id.name,
            self.reason_id.name,
            self.note,
        ]
        items = Markup().join(Markup("<li>%s</li>") % line for line in lines if line)
        return Markup("<p><strong>%s</strong></p><ul>%s</ul>") % (title, items)
