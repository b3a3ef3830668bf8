import { Module } from '@nestjs/common'
import { RowBudgets } from './row-budgets.service'
import { RowCountRepository } from './row-count.repository'

@Module({ providers: [RowBudgets, RowCountRepository], exports: [RowBudgets] })
export class RowBudgetsModule {}
