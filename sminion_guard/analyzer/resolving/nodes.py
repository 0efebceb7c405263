"""What is decided about each class of node, in one place. A class that is in no table is refused wherever it stands.

Expressions, entries of FROM and statements have handlers, registered in
:mod:`sminion_guard.analyzer.resolving.walk`. The others:
"""

from __future__ import annotations

STRUCTURE = frozenset(
    """
    A_Indices Alias BitString Boolean CTECycleClause CTESearchClause CaseWhen ColumnDef CommonTableExpr
    DefElem Float IndexElem InferClause Integer IntoClause JsonBehavior JsonFormat
    JsonOutput JsonReturning JsonTableColumn JsonTablePathSpec JsonAggConstructor LockingClause MergeWhenClause
    OnConflictClause PartitionBoundSpec RangeTableFuncCol RawStmt ReturningClause
    ReturningOption RoleSpec String TypeName WindowDef WithClause
    """.split()
)
"""Parts that the handler of the node around them reads itself."""

DEFINING = frozenset(
    """
    ATAlterConstraint AccessPriv AlterTableCmd Constraint CreateOpClassItem FunctionParameter ObjectWithArgs
    PartitionCmd PartitionElem PartitionRangeDatum PartitionSpec PublicationObjSpec PublicationTable StatsElem
    TableLikeClause TriggerTransition VacuumRelation
    """.split()
)
"""Parts of data definition, which is refused whole."""

LATER = frozenset(
    """
    Aggref AlternativeSubPlan ArrayCoerceExpr ArrayExpr CallContext CaseTestExpr CoerceToDomain CoerceToDomainValue
    CoerceViaIO CollateExpr ConvertRowtypeExpr Expr FieldSelect FieldStore FromExpr FuncExpr InferenceElem
    InlineCodeBlock JsonConstructorExpr JsonExpr MergeAction Node OnConflictExpr OpExpr Param Query
    RTEPermissionInfo RangeTblEntry RangeTblFunction RangeTblRef RelabelType ReturningExpr RowCompareExpr RowMarkClause
    ScalarArrayOpExpr SetOperationStmt SortGroupClause SubPlan SubscriptingRef TableFunc TableSampleClause TargetEntry
    ValUnion Var WindowClause WindowFunc WindowFuncRunCondition WithCheckOption PLAssignStmt
    """.split()
)
"""Forms that only later stages of the server make; the parser never yields them, so meeting one is refused."""
