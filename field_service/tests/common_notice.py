from datetime import datetime, timedelta

from odoo import Command

from .common import FieldServiceCommon

# The days of these tests; they are run at 08:00 UTC of this Monday.
MONDAY = datetime(2026, 3, 2, 8, 0)


class NoticeCommon(FieldServiceCommon):
    """Two technicians of two languages, a dispatcher, a customer with an address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        module = cls.env["ir.module.module"]._get("field_service")
        module._update_translations(["ru_RU"], overwrite=True)
        cls.env["ir.cron.trigger"].search([]).unlink()
        cls.user_ivan = cls._create_user("ivan", "field_service.group_technician")
        cls.ivan = cls._create_technician("Ivan", user_id=cls.user_ivan.id)
        cls.user_ivan.lang = "ru_RU"
        # Whoever is to be told in Odoo reads his inbox there.
        users = cls.user_technician | cls.user_ivan | cls.dispatcher | cls.manager
        users.notification_type = "inbox"
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "leader_id": cls.dispatcher.id,
            }
        )
        cls.partner.email = "customer@example.com"
        cls.site_a = cls._create_partner("Quarry")
        cls.site_b = cls._create_partner("Harbour")

    @classmethod
    def _create_order(cls, **values):
        return super()._create_order(
            **{"site_id": cls.site_a.id, "team_id": cls.team.id, **values}
        )

    @classmethod
    def _plan(cls, hours=2.0, technician=None, **values):
        """Plan a visit so many hours from now, of two hours."""
        return cls._create_visit(
            cls._create_order(),
            start=MONDAY + timedelta(hours=hours),
            technician_id=(technician or cls.technician).id,
            **values,
        )

    def _rule(self, name):
        return self.env.ref(f"field_service.notice_rule_{name}")

    def _process(self):
        self.env["field.service.notice"]._process()

    def _notices(self, visit, trigger, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["field.service.notice"].search(
            [("visit_id", "in", visit.ids), ("trigger", "=", trigger), *domain],
            order="id",
        )

    def _inbox(self, user):
        """Return the Odoo messages somebody has got, the first first."""
        notifications = self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id)], order="id"
        )
        return notifications.mail_message_id.sorted("id")

    def _mails(self, visit):
        return self.env["mail.mail"].search(
            [("model", "=", visit._name), ("res_id", "in", visit.ids)], order="id"
        )

    def _notify_customers(self):
        self.company.service_notify_customers = True

    @classmethod
    def _add_rule(cls, trigger, recipient="technician", channel="inbox", **values):
        return cls.env["field.service.notice.rule"].create(
            {
                "name": f"{trigger} {recipient}",
                "trigger": trigger,
                "recipient": recipient,
                "channel": channel,
                "company_id": cls.company.id,
                **values,
            }
        )

    def _only(self, *names):
        """Switch all other rules off."""
        kept = self.env["field.service.notice.rule"].union(
            *(self._rule(name) for name in names)
        )
        rules = self.env["field.service.notice.rule"].search([])
        (rules - kept).active = False
        kept.active = True

    def _crew(self, *employees):
        return [Command.set([employee.id for employee in employees])]
