"""The catalogue's unit of work: the kit's transaction with this service's stores."""

from functools import cached_property

from ila_kit.store.unit import Unit

from ila_catalog.store.agreements import SqlAgreementStore
from ila_catalog.store.attachments import SqlAttachmentStore
from ila_catalog.store.calls import SqlCallStore
from ila_catalog.store.documents import SqlDocumentStore
from ila_catalog.store.evaluation import SqlEvaluationStore
from ila_catalog.store.facts import SqlFactStore
from ila_catalog.store.likenesses import SqlLikenessStore
from ila_catalog.store.needs import SqlNeedStore
from ila_catalog.store.offers import SqlOfferStore
from ila_catalog.store.open_data import SqlOpenData
from ila_catalog.store.outside_offers import SqlOutsideOfferStore
from ila_catalog.store.places import SqlPlaceStore
from ila_catalog.store.programme_news import SqlProgrammeNews
from ila_catalog.store.programmes import SqlProgrammeStore
from ila_catalog.store.providers import SqlProviderStore
from ila_catalog.store.published import SqlPublishedStore
from ila_catalog.store.questions import SqlQuestionStore
from ila_catalog.store.schedule_changes import SqlScheduleChangeStore


class CatalogUnit(Unit):
    """One transaction of the catalogue."""

    @cached_property
    def calls(self) -> SqlCallStore:
        """Calls."""
        return SqlCallStore(self.connection, self.now)

    @cached_property
    def programmes(self) -> SqlProgrammeStore:
        """Programmes."""
        return SqlProgrammeStore(self.connection, self.now)

    @cached_property
    def public_programmes(self) -> SqlPublishedStore:
        """Published programmes."""
        return SqlPublishedStore(self.connection)

    @cached_property
    def providers(self) -> SqlProviderStore:
        """Institutions."""
        return SqlProviderStore(self.connection, self.now)

    @cached_property
    def needs(self) -> SqlNeedStore:
        """Learning needs on their way to a call."""
        return SqlNeedStore(self.connection, self.now)

    @cached_property
    def documents(self) -> SqlDocumentStore:
        """Documents of calls."""
        return SqlDocumentStore(self.connection, self.now)

    @cached_property
    def questions(self) -> SqlQuestionStore:
        """Questions about calls."""
        return SqlQuestionStore(self.connection, self.now)

    @cached_property
    def outside_offers(self) -> SqlOutsideOfferStore:
        """Offers that came another way."""
        return SqlOutsideOfferStore(self.connection, self.now)

    @cached_property
    def schedule_changes(self) -> SqlScheduleChangeStore:
        """Proposals to move phases of calls."""
        return SqlScheduleChangeStore(self.connection, self.now)

    @cached_property
    def places(self) -> SqlPlaceStore:
        """Places."""
        return SqlPlaceStore(self.connection, self.now)

    @cached_property
    def facts(self) -> SqlFactStore:
        """What registers say."""
        return SqlFactStore(self.connection, self.now)

    @cached_property
    def offers(self) -> SqlOfferStore:
        """Offers and their submissions."""
        return SqlOfferStore(self.connection, self.now)

    @cached_property
    def likenesses(self) -> SqlLikenessStore:
        """Which offers are alike."""
        return SqlLikenessStore(self.connection, self.now)

    @cached_property
    def attachments(self) -> SqlAttachmentStore:
        """Files of offers and programmes."""
        return SqlAttachmentStore(self.connection, self.now)

    @cached_property
    def programme_news(self) -> SqlProgrammeNews:
        """Prices and taken places of programmes, as others told them."""
        return SqlProgrammeNews(self.connection, self.now)

    @cached_property
    def open_data(self) -> SqlOpenData:
        """What everybody may have whole."""
        return SqlOpenData(self.connection, self.now)

    @cached_property
    def evaluation(self) -> SqlEvaluationStore:
        """Commissions, declared interests and decisions."""
        return SqlEvaluationStore(self.connection, self.now)

    @cached_property
    def agreements(self) -> SqlAgreementStore:
        """Agreements."""
        return SqlAgreementStore(self.connection, self.now)
