import { Module } from '@nestjs/common'
import { CatalogRepository } from './catalog.repository'
import { CatalogsService } from './catalogs.service'

@Module({ providers: [CatalogRepository, CatalogsService], exports: [CatalogsService] })
export class CatalogsModule {}
