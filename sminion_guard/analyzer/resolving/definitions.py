"""Data definition, one table: every statement that makes, changes or drops objects, roles or rights."""

from __future__ import annotations

import re

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import Result, Walk, statement

DEFINITIONS = tuple(
    f"{name}Stmt" for name in """
    AlterCollation AlterDatabaseRefreshColl AlterDatabaseSet AlterDatabase AlterDefaultPrivileges AlterDomain
    AlterEnum AlterEventTrig AlterExtensionContents AlterExtension AlterFdw AlterForeignServer AlterFunction
    AlterObjectDepends AlterObjectSchema AlterOpFamily AlterOperator AlterOwner AlterPolicy AlterPublication
    AlterRoleSet AlterRole AlterSeq AlterStats AlterSubscription AlterTSConfiguration AlterTSDictionary
    AlterTableMoveAll AlterTableSpaceOptions AlterTable AlterType AlterUserMapping Cluster Comment CompositeType
    CreateAm CreateCast CreateConversion CreateDomain CreateEnum CreateEventTrig CreateExtension CreateFdw
    CreateForeignServer CreateForeignTable CreateFunction CreateOpClass CreateOpFamily CreatePLang CreatePolicy
    CreatePublication CreateRange CreateRole CreateSchema CreateSeq CreateStats Create CreateSubscription
    CreateTableSpace CreateTransform CreateTrig CreateUserMapping Createdb Define DropOwned DropRole Drop
    DropSubscription DropTableSpace DropUserMapping Dropdb GrantRole Grant ImportForeignSchema Index ReassignOwned
    RefreshMatView Reindex Rename ReplicaIdentity Rule SecLabel Vacuum
    """.split()
)


def _define(kind: str) -> None:
    words = " ".join(re.findall("[A-Z][a-z]+|[A-Z]+", kind.removesuffix("Stmt"))).upper()

    @statement(kind)
    def handler(w: Walk, node: Node, scope: Scope) -> Result:
        w.fact(FactKind.DEFINITION, f"`{words}` in a guarded session", None)
        return Result()


for _kind in DEFINITIONS:
    _define(_kind)
