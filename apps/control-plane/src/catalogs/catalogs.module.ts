import { Module } from '@nestjs/common'
import { ConnectionsModule } from '../connections/connections.module'
import { CatalogChangesController } from './catalog-changes.controller'
import { CatalogChangesRepository } from './catalog-changes.repository'
import { CatalogChangesService } from './catalog-changes.service'
import { CatalogRepository } from './catalog.repository'
import { CatalogsService } from './catalogs.service'

@Module({
  imports: [ConnectionsModule],
  controllers: [CatalogChangesController],
  providers: [CatalogChangesRepository, CatalogChangesService, CatalogRepository, CatalogsService],
  exports: [CatalogsService],
})
export class CatalogsModule {}
